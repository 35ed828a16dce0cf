import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { MeteringDeps } from '../deps.js'
import { findSegment, findLastSegment, insertSegment } from './queries.js'

/** Chain value before the first segment of a journal. */
const CHAIN_START = '0'.repeat(64)
/** A segment is 64 MiB; one that unpacks to more is not ours. */
const UNPACKED_LIMIT_BYTES = 128 * 1024 * 1024

export interface SegmentPlace {
  readonly journalId: string
  readonly number: number
  readonly path: string
  readonly sizeBytes: number
}

type StoreDeps = Pick<MeteringDeps, 'db' | 'write' | 'blobs' | 'clock'>

/** Where a sealed segment lies in the blob store. */
export function segmentBlobKey(journalId: string, number: number): string {
  return `journal/${journalId}/${String(number).padStart(8, '0')}.gz`
}

/** Uploads a sealed segment compressed and notes its place in the hash chain. Doing it again changes nothing. */
export async function uploadSegment(deps: StoreDeps, segment: SegmentPlace): Promise<void> {
  const { journalId, number, path, sizeBytes } = segment
  if (await findSegment(deps.db, journalId, number)) return
  const previous = await findLastSegment(deps.db, journalId)
  const chain = createHash('sha256').update(previous?.chainSha256 ?? CHAIN_START)
  if (sizeBytes > 0) {
    for await (const piece of createReadStream(path, { end: sizeBytes - 1 })) chain.update(piece as Buffer)
  }
  const blobKey = segmentBlobKey(journalId, number)
  const packed = createGzip({ level: 1 })
  const source = sizeBytes > 0 ? createReadStream(path, { end: sizeBytes - 1 }) : []
  const [stored] = await Promise.all([deps.blobs.put(blobKey, packed), pipeline(source, packed)])
  if (stored.sizeBytes === 0) throw new Error('a segment was stored empty')
  const row = { journalId, number, sizeBytes: BigInt(sizeBytes), chainSha256: chain.digest('hex'), blobKey }
  await deps.write((tx) => insertSegment(tx, { ...row, sealedAt: deps.clock.now() }))
}

/** Removes the local copy of a segment that is folded and uploaded. */
export async function dropLocalSegment(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** The bytes of a segment: from the local file up to `durableBytes`, else unpacked from the blob store; null when neither has it. */
export async function readSegment(
  deps: StoreDeps,
  place: { journalId: string; number: number; path: string; durableBytes: number | null },
): Promise<Buffer | null> {
  const local = await readLocal(place.path, place.durableBytes)
  if (local) return local
  const blob = await deps.blobs.get(segmentBlobKey(place.journalId, place.number))
  if (!blob) return null
  const pieces: Buffer[] = []
  let total = 0
  const unpacked = createGunzip()
  const done = pipeline(blob.body, unpacked)
  for await (const piece of unpacked) {
    total += (piece as Buffer).length
    if (total > UNPACKED_LIMIT_BYTES) throw new Error('a journal segment unpacks to more than a segment holds')
    pieces.push(piece as Buffer)
  }
  await done
  return Buffer.concat(pieces)
}

async function readLocal(path: string, durableBytes: number | null): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r')
    try {
      const bytes = await file.readFile()
      return durableBytes === null ? bytes : bytes.subarray(0, durableBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
