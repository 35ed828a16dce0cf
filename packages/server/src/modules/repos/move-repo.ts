import type { RepoType } from '@stoa/contracts'
import { placeFor, repoExists } from './create-repo.js'
import type { RepoDeps, SignedIn } from './deps.js'
import { announce } from './events.js'
import { findRepo } from './find-repo.js'
import { findRepoByName, renameRepo } from './queries/repos.js'
import { recordMove } from './record-change.js'
import type { Repo } from './repo.js'

/**
 * Renames a repository or moves it to another account; the old name leads to it until somebody takes it.
 * Throws `RepoNotFound`, `Forbidden`, `InvalidRepoName`, `RepoExists`.
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
  const moved = await deps.write(async (tx) => {
    const taken = await findRepoByName(tx, type, name)
    if (taken && taken.id !== repo.id) return null
    const renamed = await renameRepo(tx, repo, account.id, name, at)
    await recordMove(deps, tx, repo, renamed)
    const facts = { repoId: repo.id, type, from: repo.fullName, to: renamed.fullName, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.moved', facts)
    return renamed
  })
  if (!moved) throw repoExists(deps, type, name)
  return moved
}
