import type { BrowseDeps } from '../browse/browser.js'
import type { SignedIn } from '../deps.js'
import { announce } from '../events.js'
import { planMeasure } from '../measure/measure-storage.js'
import { deleteRepoLfsObjects } from '../queries/lfs.js'
import { recordRepo } from '../record-change.js'
import type { Repo } from '../repo.js'
import { oidsOfPointers } from './list-files.js'
import { rewriteRefs } from './rewrite-history.js'

/** Files named in the record. */
const MAX_NAMED = 100

export interface LfsDeletion {
  /** Ids of pointers, or SHA-256 of the files themselves. */
  readonly files: readonly string[]
  /** Also take the pointers out of every commit of every ref. */
  readonly rewriteHistory: boolean
}

/**
 * Takes large files away from a repository for good; how many it held. With `rewriteHistory` every ref is moved to
 * commits that never had them. The bytes go when no other repository holds them.
 */
export async function deleteLfsFiles(
  deps: BrowseDeps,
  actor: SignedIn,
  repo: Repo,
  deletion: LfsDeletion,
): Promise<number> {
  const byName = deletion.files.filter((file) => /^[0-9a-f]{64}$/.test(file))
  const oids = new Set([...byName, ...(await oidsOfPointers(deps, repo, deletion.files))])
  const moves = deletion.rewriteHistory && oids.size > 0 ? await rewriteRefs(deps, repo, oids) : []
  return await deps.write(async (tx) => {
    if (moves.length > 0) await deps.store.updateRefs(tx, repo.id, moves)
    for (const move of moves) {
      const facts = { repoId: repo.id, ref: move.name, before: move.old, after: move.new, actorId: actor.userId }
      await announce(deps.events, tx, 'repos.updated', facts)
    }
    await planMeasure(deps, tx, { kind: 'repo', id: repo.id })
    const count = await deleteRepoLfsObjects(tx, repo.id, [...oids])
    const after = { files: [...oids].slice(0, MAX_NAMED), count, rewriteHistory: deletion.rewriteHistory }
    if (count > 0) await recordRepo(deps, tx, repo, { action: 'repo.delete_lfs_file', after })
    return count
  })
}
