import { account } from './en/account.js'
import { apps } from './en/apps.js'
import { diff, inspect, refs, table, upload } from './en/files.js'
import { gates } from './en/gates.js'
import { money } from './en/money.js'
import { parts } from './en/parts.js'
import { playground } from './en/playground.js'
import { repo } from './en/repo.js'
import { shell } from './en/shell.js'

/** The message catalogue: every word of the interface. Sentence case, verb first, no exclamation marks (design.md §6). */
export const en = {
  account,
  apps,
  diff,
  gates,
  inspect,
  money,
  parts,
  playground,
  refs,
  repo,
  shell,
  table,
  upload,
} as const

/** Typed access: `t.repo.files`. A translation has the same shape. */
export const t = en
export type Catalogue = typeof en
