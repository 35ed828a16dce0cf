import { refuse } from '@stoa/contracts'
import { BlobMismatch } from '../../../kit/blobs/port.js'
import type { RepoDeps } from '../deps.js'
import { deleteLfsUpload, findLfsUpload, insertLfsUpload, type LfsUpload, listStaleUploads } from '../queries/lfs.js'
import { atMost, type IncomingObject, mismatch, newBlobKey, recordObject } from './receive-object.js'

const STALE_MS = 3 * 24 * 3600 * 1000
const STALE_BATCH = 100

const partKey = (uploadId: string, part: number): string => `lfs-parts/${uploadId}/${String(part).padStart(5, '0')}`

export const partCount = (sizeBytes: number, partBytes: number): number => Math.ceil(sizeBytes / partBytes)

/** Begins an upload in parts; its id. */
export async function beginUpload(deps: RepoDeps, object: IncomingObject, partBytes: number): Promise<string> {
  const id = deps.ids.next()
  const { repoId, oid, by } = object
  const sizes = { sizeBytes: BigInt(object.sizeBytes), partBytes: BigInt(partBytes) }
  const row = { id, repoId, oid, ...sizes, createdBy: by, createdAt: deps.clock.now() }
  await deps.write((tx) => insertLfsUpload(tx, row))
  return id
}

/** Stores one part; its ETag, which only names it: the whole is what is hashed. A part may be sent again. Throws `LfsHashMismatch` for a part of the wrong size. */
export async function receivePart(
  deps: RepoDeps,
  uploadId: string,
  part: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string> {
  const upload = await openUpload(deps, uploadId)
  const parts = partCount(Number(upload.sizeBytes), Number(upload.partBytes))
  if (part < 1 || part > parts) throw refuse('InvalidRequest', `This upload has ${parts} parts.`)
  const last = Number(upload.sizeBytes - upload.partBytes * BigInt(parts - 1))
  const expected = part === parts ? last : Number(upload.partBytes)
  try {
    await deps.blobs.put(partKey(uploadId, part), atMost(bytes, expected), { sizeBytes: expected })
    return `"${uploadId}-${part}"`
  } catch (error) {
    throw error instanceof BlobMismatch ? mismatch() : error
  }
}

/** Joins the parts into the large file, which counts once its SHA-256 is right. Throws `LfsHashMismatch`. */
export async function completeUpload(deps: RepoDeps, uploadId: string, oid: string): Promise<void> {
  const upload = await openUpload(deps, uploadId)
  if (upload.oid !== oid) throw refuse('InvalidRequest', 'This upload is of another file.')
  const sizeBytes = Number(upload.sizeBytes)
  const parts = partCount(sizeBytes, Number(upload.partBytes))
  const keys = Array.from({ length: parts }, (_, index) => partKey(uploadId, index + 1))
  const blobKey = newBlobKey(oid, deps.ids.next())
  try {
    await deps.blobs.put(blobKey, joinParts(deps, keys), { sha256: oid, sizeBytes })
  } catch (error) {
    throw error instanceof BlobMismatch ? mismatch() : error
  }
  await recordObject(deps, { oid, repoId: upload.repoId, sizeBytes, by: upload.createdBy }, blobKey)
  await deps.write((tx) => deleteLfsUpload(tx, uploadId))
  await deps.blobs.deleteMany(keys)
}

async function openUpload(deps: RepoDeps, uploadId: string): Promise<LfsUpload> {
  const upload = await findLfsUpload(deps.db, uploadId)
  if (!upload) throw refuse('LfsObjectMissing', 'This upload is finished or was given up.')
  return upload
}

async function* joinParts(deps: RepoDeps, keys: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const key of keys) {
    const part = await deps.blobs.get(key)
    if (!part) throw refuse('LfsHashMismatch', 'A part of this file was not uploaded.')
    yield* part.body as AsyncIterable<Uint8Array>
  }
}

/** Removes uploads that nobody finished within three days, with their parts; how many. */
export async function dropStaleUploads(deps: RepoDeps): Promise<number> {
  const before = new Date(deps.clock.now().getTime() - STALE_MS)
  const stale = await listStaleUploads(deps.db, before, STALE_BATCH)
  for (const upload of stale) {
    const parts = partCount(Number(upload.sizeBytes), Number(upload.partBytes))
    await deps.blobs.deleteMany(Array.from({ length: parts }, (_, index) => partKey(upload.id, index + 1)))
    await deps.write((tx) => deleteLfsUpload(tx, upload.id))
  }
  return stale.length
}
