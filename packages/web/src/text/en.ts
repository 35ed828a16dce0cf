import { account } from './en/account.js'
import { money } from './en/money.js'
import { parts } from './en/parts.js'
import { repo } from './en/repo.js'
import { shell } from './en/shell.js'

/** The message catalogue: every word of the interface. Sentence case, verb first, no exclamation marks (design.md §6). What only later pages say stands in catalogues of their own (`en/files.ts`, `en/gates.ts`, `en/apps.ts`, `en/playground.ts`). */
export const en = { account, money, parts, repo, shell } as const

/** Typed access: `t.repo.files`. A translation has the same shape. */
export const t = en
export type Catalogue = typeof en
