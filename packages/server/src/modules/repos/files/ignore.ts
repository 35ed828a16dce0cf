import { compileGlob, type Glob, matchesGlob } from './glob.js'

const MAX_RULES = 2000
const MAX_CHARS = 512 * 1024

interface IgnoreRule {
  readonly glob: Glob
  readonly isNegated: boolean
  readonly onlyFolders: boolean
}

/** The lines of one `.gitignore` at the root. */
export interface IgnoreRules {
  readonly rules: readonly IgnoreRule[]
}

/** Reads a `.gitignore` (gitignore(5)). */
export function parseIgnore(text: string): IgnoreRules {
  const rules: IgnoreRule[] = []
  for (const raw of text.slice(0, MAX_CHARS).split('\n')) {
    if (rules.length >= MAX_RULES) break
    const line = raw.replace(/\r$/, '').replace(/(?<!\\) +$/, '')
    if (line === '' || line.startsWith('#')) continue
    const isNegated = line.startsWith('!')
    const body = isNegated ? line.slice(1) : line
    const onlyFolders = body.endsWith('/')
    const glob = compileGlob(onlyFolders ? body.slice(0, -1) : body)
    if (glob && body !== '/') rules.push({ glob, isNegated, onlyFolders })
  }
  return { rules }
}

/** Whether a file is ignored; a file below an ignored folder is, whatever later lines say about it. */
export function isIgnored(ignore: IgnoreRules, path: string): boolean {
  if (ignore.rules.length === 0) return false
  const segments = path.split('/')
  return segments.some((_, index) => {
    const isFolder = index < segments.length - 1
    const prefix = segments.slice(0, index + 1).join('/')
    const rule = ignore.rules.findLast((one) => (isFolder || !one.onlyFolders) && matchesGlob(one.glob, prefix))
    return rule !== undefined && !rule.isNegated
  })
}
