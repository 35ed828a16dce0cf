import type { RepoType } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { placeFor, repoExists } from './create-repo.js'
import type { RepoDeps, SignedIn } from './deps.js'
import { announce } from './events.js'
import { findRepo } from './find-repo.js'
import { refuseSold } from './live-offer.js'
import { findRepoBytes } from './queries/quotas.js'
import { findRepoByName, renameRepo, updateRepo } from './queries/repos.js'
import { recordMove } from './record-change.js'
import type { Repo } from './repo.js'

/**
 * Renames a repository or moves it to another account; the old name leads to it until somebody takes it.
 * A transfer needs administration here and the right to make repositories there.
 * Throws `RepoNotFound`, `Forbidden`, `InvalidRepoName`, `RepoExists`, `LiveOffer`, `QuotaExceeded`.
 */
export async function moveRepo(
  deps: RepoDeps,
  actor: SignedIn,
  type: RepoType,
  from: string,
  to: string,
): Promise<Repo> {
  const { repo } = await findRepo(deps, actor, type, from, 'admin')
  const { name, account } = await placeFor(deps, actor, { type, name: to })
  const at = deps.clock.now()
  const isTransfer = account.id !== repo.accountId
  const moved = await deps.write(async (tx) => {
    const taken = await findRepoByName(tx, type, name)
    if (taken && taken.id !== repo.id) return null
    if (isTransfer) await demandTransferable(deps, tx, repo, account.id)
    const renamed = await renameRepo(tx, repo, account.id, name, at)
    await recordMove(deps, tx, repo, renamed)
    if (isTransfer) await deps.gates.forgetNotices(tx, repo.id)
    // Nobody is left whom it could be internal to.
    if (repo.visibility === 'internal' && account.type === 'user') {
      await updateRepo(tx, repo.id, { visibility: 'private' }, at)
    }
    const facts = { repoId: repo.id, type, from: repo.fullName, to: renamed.fullName, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.moved', facts)
    return renamed
  })
  if (!moved) throw repoExists(deps, type, name)
  return moved
}

/** An offer belongs to its seller, so what is sold stays with them; the new account needs room for it. */
async function demandTransferable(deps: RepoDeps, tx: Tx, repo: Repo, accountId: string): Promise<void> {
  await refuseSold(deps, tx, repo)
  const bytes = await findRepoBytes(tx, repo.id)
  await deps.quotas.demandRoom(tx, accountId, { visibility: repo.visibility, bytes, repos: 1 })
}
