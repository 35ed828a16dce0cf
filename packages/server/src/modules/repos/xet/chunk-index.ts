import { HASH_BYTES, type XorbChunk, type XorbIndex } from '@stoa/xet'

const ENTRY_BYTES = HASH_BYTES + 8

/** Chunks of a xorb as one column: per chunk its hash, its end in the blob, its end in the raw bytes (u32 LE). */
export function writeChunkIndex(chunks: readonly XorbChunk[]): Buffer {
  const bytes = Buffer.alloc(chunks.length * ENTRY_BYTES)
  chunks.forEach((chunk, at) => {
    bytes.set(chunk.hash, at * ENTRY_BYTES)
    bytes.writeUInt32LE(chunk.serialisedEnd, at * ENTRY_BYTES + HASH_BYTES)
    bytes.writeUInt32LE(chunk.rawEnd, at * ENTRY_BYTES + HASH_BYTES + 4)
  })
  return bytes
}

export interface ChunkIndex extends XorbIndex {
  readonly count: number
  hashAt(chunk: number): Buffer
}

export function readChunkIndex(bytes: Buffer): ChunkIndex {
  const count = bytes.length / ENTRY_BYTES
  const column = (field: number): Uint32Array =>
    Uint32Array.from({ length: count }, (_, chunk) => bytes.readUInt32LE(chunk * ENTRY_BYTES + HASH_BYTES + field))
  return {
    count,
    hashAt: (chunk) => bytes.subarray(chunk * ENTRY_BYTES, chunk * ENTRY_BYTES + HASH_BYTES),
    serialisedEnds: column(0),
    rawEnds: column(4),
  }
}
