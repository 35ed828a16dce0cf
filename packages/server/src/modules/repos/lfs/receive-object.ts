import { refuse } from '@stoa/contracts'
import { BlobMismatch } from '../../../kit/blobs/port.js'
import type { RepoDeps } from '../deps.js'
import { insertLfsObject } from '../queries/lfs.js'

/** A large file on its way into a repository. */
export interface IncomingObject {
  readonly repoId: string
  /** SHA-256, 64 hex. */
  readonly oid: string
  readonly sizeBytes: number
  readonly by: string | null
}

/**
 * Where the bytes of one upload of a large file lie. No two uploads share a key, so that removing the bytes of one that
 * nobody names never takes those of another.
 */
export const newBlobKey = (oid: string, uploadId: string): string =>
  `lfs/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}.${uploadId}`

/**
 * Stores the bytes of a large file and lets the repository have it, once their SHA-256 and size are right.
 * Throws `LfsHashMismatch` and `QuotaExceeded`, leaving nothing, and `RepoNotFound` when the repository went meanwhile.
 */
export async function receiveObject(
  deps: RepoDeps,
  object: IncomingObject,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { oid, sizeBytes, repoId } = object
  await deps.quotas.demandRoomIn(deps.db, { home: 'repo', repoId }, BigInt(sizeBytes))
  const blobKey = newBlobKey(oid, deps.ids.next())
  try {
    await deps.blobs.put(blobKey, atMost(bytes, sizeBytes), { sha256: oid, sizeBytes })
  } catch (error) {
    throw error instanceof BlobMismatch ? mismatch() : error
  }
  await recordObject(deps, object, blobKey)
}

const FOREIGN_KEY_VIOLATION = '23503'

/** Records bytes that are in the store already; they are dropped when the same bytes lie there under an earlier key. */
export async function recordObject(deps: RepoDeps, object: IncomingObject, blobKey: string): Promise<void> {
  const { oid, repoId, by: pushedBy } = object
  const sizeBytes = BigInt(object.sizeBytes)
  const row = { oid, sizeBytes, blobKey, repoId, pushedBy, at: deps.clock.now() }
  try {
    const kept = await deps.write(async (tx) => {
      const key = await insertLfsObject(tx, row)
      await deps.quotas.demandKept(tx, { home: 'repo', repoId })
      return key
    })
    if (kept !== blobKey) await deps.blobs.deleteMany([blobKey])
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'QuotaExceeded') await deps.blobs.deleteMany([blobKey])
    throw code === FOREIGN_KEY_VIOLATION ? refuse('RepoNotFound') : error
  }
}

export const mismatch = (): Error => refuse('LfsHashMismatch')

/** Ends a body that is longer than it may be before it fills the disk. */
export async function* atMost(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let total = 0
  for await (const chunk of bytes) {
    total += chunk.byteLength
    if (total > limit) throw mismatch()
    yield chunk
  }
}
