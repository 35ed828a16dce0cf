import { refuse } from '@stoa/contracts'
import type { XorbChunk } from '@stoa/xet'
import { findXorbs, insertXorb, rescueXorb } from '../queries/xet.js'
import { writeChunkIndex } from './chunk-index.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'

/** One upload's own key, as for plain large files. */
export const newBlobKey = (hash: string, uploadId: string): string =>
  `xorbs/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}.${uploadId}`

/** A xorb that is being sent. */
export interface ArrivingXorb {
  /** Where it will lie (`Slabs`). */
  readonly pages: Buffer
  /** Reads it into the pages and tells how far it is; its size. */
  receive(arrived: (sizeBytes: number) => void): Promise<number>
}

/**
 * Verifies an uploaded xorb against the name it came under and stores its chunk records; the first serialisation stays.
 * It is written while it arrives, and counts when it was verified. Throws `XetInvalid`, and `QuotaExceeded` when its bytes
 * alone would not fit where they are sent.
 */
export async function storeXorb(deps: XetDeps, grant: XetGrant, name: string, body: ArrivingXorb): Promise<void> {
  const isStored = (await findXorbs(deps.db, [name])).has(name)
  const blobKey = newBlobKey(name, deps.ids.next())
  const writer = await deps.blobs.openPages(blobKey, body.pages)
  try {
    const sizeBytes = await body.receive((arrived) => isStored || writer.arrived(arrived))
    await deps.quotas.demandRoomIn(deps.db, grant, BigInt(sizeBytes))
    const verified = await deps.verifier.verify(body.pages.subarray(0, sizeBytes))
    if (verified.name !== name) throw refuse('XetInvalid', 'The xorb does not have the hash it was sent under.')
    await keepXorb(deps, name, verified.chunks, { blobKey, put: () => writer.finish(verified.recordBytes) })
  } finally {
    await writer.close()
  }
}

/** Stores the records of a xorb whose name and chunks are known to be right; the first serialisation stays. */
export async function keepXorb(
  deps: Pick<XetDeps, 'db' | 'write' | 'blobs' | 'clock'>,
  name: string,
  chunks: readonly XorbChunk[],
  records: { readonly blobKey: string; put(): Promise<unknown> },
): Promise<void> {
  const isStored = (await findXorbs(deps.db, [name])).has(name)
  if (isStored && (await deps.write((tx) => rescueXorb(tx, name)))) return
  const { blobKey } = records
  const last = chunks.at(-1)
  await records.put()
  const kept = await deps.write((tx) =>
    insertXorb(tx, {
      hash: name,
      blobKey,
      serialisedBytes: BigInt(last?.serialisedEnd ?? 0),
      rawBytes: BigInt(last?.rawEnd ?? 0),
      chunkIndex: writeChunkIndex(chunks),
      createdAt: deps.clock.now(),
    }),
  )
  if (kept !== blobKey) await deps.blobs.deleteMany([blobKey])
}
