import type { RepoDeps } from './deps.js'
import { announce, factsOf } from './events.js'
import { deleteBucketRow } from './queries/buckets.js'
import { deleteRedirectsUnder, listBucketsOf, listReposOf } from './queries/owner.js'
import { dropRepo } from './drop-repo.js'
import { recordRepo } from './record-change.js'

const AT_ONCE = 100

/** Deletes everything a person owns here, one repository a transaction, and the old names under theirs; may be repeated. */
export async function eraseOwner(
  deps: RepoDeps,
  { userId, name }: { readonly userId: string; readonly name: string },
): Promise<void> {
  for (let repos = await listReposOf(deps.db, userId, AT_ONCE); repos.length > 0; ) {
    for (const repo of repos) {
      await deps.write(async (tx) => {
        if (!(await dropRepo(tx, repo.id))) return
        await recordRepo(deps, tx, repo, { action: 'repo.delete', reason: 'its owner was erased' })
        await announce(deps.events, tx, 'repos.deleted', { ...factsOf(repo), accountId: userId, actorId: null })
      })
    }
    repos = await listReposOf(deps.db, userId, AT_ONCE)
  }
  for (let buckets = await listBucketsOf(deps.db, userId, AT_ONCE); buckets.length > 0; ) {
    for (const bucket of buckets) {
      await deps.write(async (tx) => {
        await deleteBucketRow(tx, bucket.id)
        await recordRepo(deps, tx, bucket, { action: 'repo.delete', reason: 'its owner was erased' })
      })
    }
    buckets = await listBucketsOf(deps.db, userId, AT_ONCE)
  }
  await deps.write((tx) => deleteRedirectsUnder(tx, name))
}
