import { account } from './en/account.js'
import { apps } from './en/apps.js'
import { gates } from './en/gates.js'
import { money } from './en/money.js'
import { parts } from './en/parts.js'
import { playground } from './en/playground.js'
import { repo } from './en/repo.js'
import { shell } from './en/shell.js'

/** The message catalogue: every word of the interface. Sentence case, verb first, no exclamation marks (design.md §6). What only later pages say stands in catalogues of their own (`en/files.ts`). */
export const en = { account, apps, gates, money, parts, playground, repo, shell } as const

/** Typed access: `t.repo.files`. A translation has the same shape. */
export const t = en
export type Catalogue = typeof en
