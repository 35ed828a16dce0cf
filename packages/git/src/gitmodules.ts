import { GitFormatError } from './format-error.js'

/** A larger submodule file is refused unread. */
export const MAX_GITMODULES_BYTES = 1024 * 1024
const SECTION = /^\s*\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]/i
const SETTING = /^\s*(path|url|update)\s*=\s*(.*?)\s*$/i

const fail = (rule: string, message: string): GitFormatError => new GitFormatError(rule, message)

/** Checks a `.gitmodules` file as git's fsck does: no names, paths or addresses that make a client run or escape anything. */
export function checkGitmodules(data: Uint8Array): void {
  if (data.length > MAX_GITMODULES_BYTES) throw fail('gitmodulesLarge', '.gitmodules is too large')
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const name = SECTION.exec(line)?.[1]?.replace(/\\(.)/g, '$1')
    if (name !== undefined && (name === '' || /(^|[/\\])\.\.([/\\]|$)/.test(name))) {
      throw fail('gitmodulesName', 'disallowed submodule name')
    }
    const rest = line.replace(SECTION, '')
    const [, key = '', raw = ''] = SETTING.exec(rest) ?? []
    checkSetting(key.toLowerCase(), raw.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1'))
  }
}

function checkSetting(key: string, value: string): void {
  if (key === 'update' && value.startsWith('!')) throw fail('gitmodulesUpdate', 'disallowed submodule update setting')
  if (key === 'path' && value.startsWith('-')) throw fail('gitmodulesPath', 'disallowed submodule path')
  const isBad = value.startsWith('-') || /\p{Cc}|%0a/iu.test(value) || /^[a-z0-9]*::/i.test(value)
  if (key === 'url' && isBad) throw fail('gitmodulesUrl', 'disallowed submodule url')
}
