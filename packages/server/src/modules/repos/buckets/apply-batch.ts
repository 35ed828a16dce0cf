import type { BucketOperation } from '@stoa/contracts'
import { afterCommit, type Tx } from '../../../kit/db/database.js'
import type { Actor } from '../../../kit/http/actor.js'
import type { RepoDeps } from '../deps.js'
import { repoNotFound } from '../find-repo.js'
import { planMeasure } from '../measure/measure-storage.js'
import { deleteBucketFiles, findBucketFiles, insertBucketChanges, putBucketFiles } from '../queries/bucket-files.js'
import { lockBucket, updateBucketTotals } from '../queries/buckets.js'
import type { Bucket, BucketChange, BucketFile } from './bucket.js'
import type { BucketFeed } from './bucket-feed.js'
import { type CheckedOperation, checkBatch, type FailedOperation } from './check-batch.js'

export interface BatchResult {
  readonly processed: number
  readonly succeeded: number
  readonly failed: readonly FailedOperation[]
}

/**
 * Carries out the operations that may be, in one transaction: additions and copies in their order, deletions last.
 * Deleting what is not there succeeds, so that a batch can be sent again. Throws `RepoNotFound` when the bucket is gone.
 */
export async function applyBatch(
  deps: RepoDeps,
  feed: BucketFeed,
  actor: Actor,
  bucket: Bucket,
  operations: readonly BucketOperation[],
): Promise<BatchResult> {
  const { accepted, failed } = await checkBatch(deps, actor, bucket, operations)
  if (accepted.length > 0) {
    const isStored = await deps.write(async (tx) => {
      const locked = await lockBucket(tx, bucket.id)
      if (!locked) return false
      await storeOperations(deps, tx, locked, accepted)
      await planMeasure(deps, tx, { kind: 'bucket', id: bucket.id })
      afterCommit(tx, () => feed.wake(bucket.id))
      return true
    })
    if (!isStored) throw repoNotFound(actor)
  }
  return { processed: operations.length, succeeded: accepted.length, failed }
}

async function storeOperations(
  deps: RepoDeps,
  tx: Tx,
  bucket: Bucket,
  accepted: readonly CheckedOperation[],
): Promise<void> {
  // Two processes' clocks differ; the times of one bucket only grow.
  const at = new Date(Math.max(deps.clock.now().getTime(), bucket.updatedAt.getTime()))
  const wanted = outcomeOf(accepted, at)
  const before = await findBucketFiles(tx, bucket.id, [...wanted.keys()])
  const put = [...wanted.values()].filter((file) => file !== null)
  const gone = [...before.keys()].filter((path) => wanted.get(path) === null)
  await putBucketFiles(tx, bucket.id, put)
  await deleteBucketFiles(tx, bucket.id, gone)
  const changes = [
    ...put.map((file) => describePut(file, before.get(file.path))),
    ...gone.map((path) => ({ path, op: 'delete' as const })),
  ]
  if (changes.length === 0) return
  const changeSeq = bucket.changeSeq + 1n
  const addedBytes = sumBytes(put) - sumBytes([...before.values()])
  const totals = {
    sizeBytes: bucket.sizeBytes + addedBytes,
    fileCount: bucket.fileCount + BigInt(put.length - before.size),
    changeSeq,
  }
  await updateBucketTotals(tx, bucket.id, totals, at)
  // What was sent counted before it was named, so the sum is looked at, not what is added to it.
  if (addedBytes > 0n) await deps.quotas.demandKept(tx, { home: 'bucket', repoId: bucket.id })
  await insertBucketChanges(tx, bucket.id, { seq: changeSeq, changes, createdAt: at })
}

/** What stands at each path afterwards; null for a deleted one. */
function outcomeOf(accepted: readonly CheckedOperation[], at: Date): Map<string, BucketFile | null> {
  const wanted = new Map<string, BucketFile | null>()
  for (const { operation, sizeBytes } of accepted) {
    if (operation.type === 'deleteFile') continue
    const { path, xetHash, mtime, contentType } = operation
    wanted.set(path, {
      path,
      xetHash,
      sizeBytes,
      contentType: contentType || null,
      mtime: mtime === null || mtime === undefined ? null : new Date(Math.trunc(mtime)),
      uploadedAt: at,
    })
  }
  for (const { operation } of accepted) if (operation.type === 'deleteFile') wanted.set(operation.path, null)
  return wanted
}

function describePut(file: BucketFile, before: BucketFile | undefined): BucketChange {
  return {
    path: file.path,
    op: before ? 'update' : 'add',
    size: Number(file.sizeBytes),
    xetHash: file.xetHash,
    uploadedAt: file.uploadedAt.toISOString(),
    ...(file.mtime ? { mtime: file.mtime.toISOString() } : {}),
  }
}

const sumBytes = (files: readonly BucketFile[]): bigint => files.reduce((sum, file) => sum + file.sizeBytes, 0n)
