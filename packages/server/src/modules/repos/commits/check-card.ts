import { refuse, type RepoType } from '@stoa/contracts'
import { parse } from 'yaml'

const MAX_FRONT_MATTER_CHARS = 400_000
const MAX_ALIASES = 50

/** Refuses a README whose metadata block is no YAML mapping; one without a block is let through. Throws `InvalidCard`. */
export function checkCard(_type: RepoType, content: Uint8Array): void {
  const text = Buffer.from(content)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const block = /^\s*---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text.slice(0, MAX_FRONT_MATTER_CHARS))?.[1]
  if (block === undefined || block.trim() === '') return
  const data = readYaml(block)
  if (data !== null && (typeof data !== 'object' || Array.isArray(data))) {
    throw refuse('InvalidCard', 'Invalid metadata in README.md: it is not a mapping of keys to values.')
  }
}

function readYaml(block: string): unknown {
  try {
    return parse(block, { maxAliasCount: MAX_ALIASES, logLevel: 'error' })
  } catch (error) {
    throw refuse('InvalidCard', `Invalid metadata in README.md: ${(error as Error).message}`)
  }
}
