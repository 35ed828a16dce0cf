import { refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'
import type { RepoDeps } from './deps.js'
import type { Repo } from './repo.js'

/** Throws `LiveOffer` while somebody can buy calls of this repository: its owner may not throw it away (market.md §3). */
export async function refuseSold(
  deps: Pick<RepoDeps, 'commerce'>,
  db: Db | Tx,
  repo: Pick<Repo, 'type' | 'fullName'>,
): Promise<void> {
  if (repo.type !== 'model') return
  if (await deps.commerce.hasLiveOffer(db, `repo:${repo.fullName}`)) throw refuse('LiveOffer')
}
