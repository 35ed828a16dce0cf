import type { RepoDeps, SignedIn } from '../deps.js'
import { findLfsObjects, shareLfsObjects } from '../queries/lfs.js'
import type { Repo } from '../repo.js'

/**
 * Lets `to` hold those of the large files (SHA-256) that `from` holds; which they were. The caller has checked that the
 * actor may read the one and write the other: nothing becomes readable that was not.
 */
export async function shareFiles(
  deps: RepoDeps,
  actor: SignedIn,
  from: Repo,
  to: Repo,
  oids: readonly string[],
): Promise<ReadonlySet<string>> {
  const held = await findLfsObjects(deps.db, from.id, [...new Set(oids)])
  const pushed = { by: actor.userId, at: deps.clock.now() }
  await deps.write(async (tx) => {
    await shareLfsObjects(tx, to.id, [...held.keys()], pushed)
    await deps.quotas.demandKept(tx, { home: 'repo', repoId: to.id })
  })
  return new Set(held.keys())
}
