import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import {
  chunkEnds,
  Chunker,
  decodeRecords,
  hashToText,
  loadKeyedHashes,
  parseXorb,
  type Sized,
  XetFormatError,
  type XorbChunk,
  xorbHash,
} from '@stoa/xet'

/** One xorb to check; its bytes are shared memory, else they are copied here. */
export interface VerifyRequest {
  readonly id: number
  readonly bytes: Uint8Array
}

/** Bytes of a file from a chunk's beginning on, to be cut; `isLast`: the file ends with them. */
export interface CutRequest {
  readonly id: number
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** The whole chunks at the beginning of the bytes. */
export interface CutAnswer {
  readonly id: number
  readonly chunks: readonly Sized[]
}

export type VerifyAnswer =
  | { readonly id: number; readonly name: string; readonly chunks: readonly XorbChunk[]; readonly recordBytes: number }
  | { readonly id: number; readonly problem: string }

/** Chunk records that come next in a file, in shared memory; null: there are no more. */
export interface HashRequest {
  readonly id: number
  readonly file: number
  readonly records: Uint8Array | null
}

/** The SHA-256 of the file behind its last records. */
export type HashAnswer = { readonly id: number; readonly sha256: string | null } | { id: number; problem: string }

/** Files that are being hashed here. */
const files = new Map<number, Hash>()

const hashes = await loadKeyedHashes()

function verify({ id, bytes }: VerifyRequest): VerifyAnswer {
  try {
    const { chunks, recordBytes } = parseXorb(bytes, hashes)
    return { id, name: hashToText(xorbHash(chunks, hashes)), chunks, recordBytes }
  } catch (error) {
    if (error instanceof XetFormatError) return { id, problem: error.message }
    throw error
  }
}

function cut({ id, bytes, isLast }: CutRequest): CutAnswer {
  const ends = isLast ? chunkEnds(bytes) : new Chunker().push(bytes)
  const chunks = ends.map((end, at) => {
    const raw = bytes.subarray(at === 0 ? 0 : ends[at - 1], end)
    return { hash: hashes.chunk(raw), sizeBytes: raw.length }
  })
  return { id, chunks }
}

function hash({ id, file, records }: HashRequest): HashAnswer {
  const sha256 = files.get(file) ?? createHash('sha256')
  if (records === null) {
    files.delete(file)
    return { id, sha256: sha256.digest('hex') }
  }
  files.set(file, sha256)
  try {
    for (const raw of decodeRecords(records)) sha256.update(raw)
    return { id, sha256: null }
  } catch (error) {
    if (error instanceof XetFormatError) return { id, problem: error.message }
    throw error
  }
}

function answer(request: VerifyRequest | CutRequest | HashRequest): VerifyAnswer | CutAnswer | HashAnswer {
  if ('file' in request) return hash(request)
  return 'isLast' in request ? cut(request) : verify(request)
}

parentPort?.on('message', (request: VerifyRequest | CutRequest | HashRequest) =>
  parentPort?.postMessage(answer(request)),
)
