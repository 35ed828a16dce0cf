import { parentPort } from 'node:worker_threads'
import {
  chunkEnds,
  Chunker,
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

parentPort?.on('message', (request: VerifyRequest | CutRequest) =>
  parentPort?.postMessage('isLast' in request ? cut(request) : verify(request)),
)
