import type { Tx } from '../../kit/db/database.js'
import { findNameProblem } from './account-name.js'
import type { AccountsDeps } from './deps.js'
import { wasErasedName } from './erase-account.js'
import { findAccountRow } from './queries/accounts.js'

const MAX = 42

/** A free name for a new account, like the first of these wishes that can be met. */
export async function chooseName(
  tx: Tx,
  deps: AccountsDeps & { readonly instanceKey: Buffer },
  wishes: readonly (string | null)[],
): Promise<string> {
  const candidates = nameCandidates(wishes)
  for (const name of candidates)
    if (!(await findAccountRow(tx, name)) && !(await wasErasedName(tx, deps, name))) return name
  return `member-${deps.ids.next().slice(-8)}`
}

/** Names to try, best first: each wish (a login, an address) as a name, then the first with numbers. */
export function nameCandidates(wishes: readonly (string | null)[]): string[] {
  const stems = wishes.map((wish) => toName(wish?.split('@')[0] ?? '')).filter((stem) => stem !== '')
  const bases = [...new Set(stems.length > 0 ? stems : ['member'])]
  return [...bases, ...numbered(bases[0] ?? 'member')].filter((name) => findNameProblem(name) === null)
}

function numbered(base: string): string[] {
  const stem = /^\d+$/.test(base) ? `user-${base}` : base
  return Array.from({ length: 98 }, (_, index) => {
    const tail = `-${index + 2}`
    return stem.slice(0, MAX - tail.length).replace(/-+$/, '') + tail
  })
}

/** `Ada.Lovelace` → `ada-lovelace`, `Jörg` → `jorg`; empty when nothing is left. */
function toName(wish: string): string {
  return wish
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX)
    .replace(/^-+|-+$/g, '')
}
