import { placeFor } from '../create-repo.js'
import type { RepoDeps, SignedIn } from '../deps.js'
import { repoNotFound } from '../find-repo.js'
import { recordMove, recordRepo, recordSettings } from '../record-change.js'
import { deleteBucketRow, findBucketByName, renameBucket, updateBucketVisibility } from '../queries/buckets.js'
import type { Bucket } from './bucket.js'
import { bucketExists } from './create-bucket.js'
import { findBucket } from './find-bucket.js'

/**
 * Renames a bucket or moves it to another account; the old name leads to it until somebody takes it.
 * Throws `RepoNotFound`, `Forbidden`, `InvalidRepoName`, `RepoExists`, `QuotaExceeded`.
 */
export async function moveBucket(deps: RepoDeps, actor: SignedIn, from: string, to: string): Promise<Bucket> {
  const { bucket } = await findBucket(deps, actor, from, 'admin')
  const { name, account } = await placeFor(deps, actor, { type: 'bucket', name: to })
  const at = deps.clock.now()
  const moved = await deps.write(async (tx) => {
    const taken = await findBucketByName(tx, name)
    if (taken && taken.id !== bucket.id) return null
    if (account.id !== bucket.accountId) {
      const { visibility, sizeBytes } = bucket
      await deps.quotas.demandRoom(tx, account.id, { visibility, bytes: sizeBytes, repos: 1 })
    }
    const renamed = await renameBucket(tx, bucket, account.id, name, at)
    await recordMove(deps, tx, bucket, renamed)
    return renamed
  })
  if (!moved) throw bucketExists(deps, `${name.namespace}/${name.name}`)
  return moved
}

/** Deletes a bucket with its entries; bytes may be shared and stay for the collector. Throws `RepoNotFound`, `Forbidden`. */
export async function deleteBucket(deps: RepoDeps, actor: SignedIn, fullName: string): Promise<void> {
  const { bucket, isMoved } = await findBucket(deps, actor, fullName, 'admin')
  // An old name must not delete what now stands elsewhere.
  if (isMoved) throw repoNotFound(actor)
  await deps.write(async (tx) => {
    await deleteBucketRow(tx, bucket.id)
    await recordRepo(deps, tx, bucket, { action: 'repo.delete', before: { visibility: bucket.visibility } })
  })
}

/** Nothing is written when nothing differs. */
export async function setBucketVisibility(
  deps: RepoDeps,
  bucket: Bucket,
  visibility: Bucket['visibility'] | null,
): Promise<Bucket> {
  if (visibility === null || visibility === bucket.visibility) return bucket
  return await deps.write(async (tx) => {
    await deps.quotas.demandRoom(tx, bucket.accountId, { visibility, bytes: bucket.sizeBytes })
    const changed = await updateBucketVisibility(tx, bucket.id, visibility, deps.clock.now())
    await recordSettings(deps, tx, bucket, changed)
    return changed
  })
}
