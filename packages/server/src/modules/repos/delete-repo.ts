import type { RepoType } from '@stoa/contracts'
import type { RepoDeps, SignedIn } from './deps.js'
import { dropRepo } from './drop-repo.js'
import { announce, factsOf } from './events.js'
import { findRepo, repoNotFound } from './find-repo.js'
import { refuseSold } from './live-offer.js'
import { recordRepo } from './record-change.js'

/**
 * Deletes a repository with its git data. Bytes in the blob store may be shared, so the collector takes them later.
 * Throws `RepoNotFound`, `Forbidden`, `LiveOffer`.
 */
export async function deleteRepo(deps: RepoDeps, actor: SignedIn, type: RepoType, fullName: string): Promise<void> {
  const { repo, isMoved } = await findRepo(deps, actor, type, fullName, 'admin')
  // An old name must not delete what now stands elsewhere.
  if (isMoved) throw repoNotFound(actor)
  await deps.write(async (tx) => {
    await refuseSold(deps, tx, repo)
    if (!(await dropRepo(tx, repo.id))) return
    await recordRepo(deps, tx, repo, { action: 'repo.delete', before: { visibility: repo.visibility } })
    const gone = { ...factsOf(repo), accountId: repo.accountId, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.deleted', gone)
  })
}
