import { inflateSync } from 'node:zlib'
import { GitFormatError } from './format-error.js'

/** What one zlib stream held, and how many input bytes it took. */
export interface Inflated {
  readonly data: Buffer
  readonly consumedBytes: number
}

/** Above this size zlib grows its output itself, so that a lying header costs no memory. */
const ONE_CHUNK_BYTES = 1024 * 1024
const MIN_CHUNK_BYTES = 64

/** Node answers `{ buffer, engine }` under `info: true`; its types leave that out. */
interface InflateInfo {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

/**
 * Inflates the zlib stream at the start of `input`, which must hold exactly `sizeBytes`; bytes behind it are ignored.
 * Throws GitFormatError `badZlib` otherwise. Never makes more than `sizeBytes` + one chunk.
 */
export function inflateExact(input: Uint8Array, sizeBytes: number): Inflated {
  const chunkSize = Math.max(MIN_CHUNK_BYTES, Math.min(sizeBytes + 1, ONE_CHUNK_BYTES))
  let result: InflateInfo
  try {
    const options = { info: true, chunkSize, maxOutputLength: Math.max(1, sizeBytes) }
    result = inflateSync(input, options) as unknown as InflateInfo
  } catch {
    throw new GitFormatError('badZlib', 'damaged zlib stream or a size that does not match')
  }
  if (result.buffer.length !== sizeBytes) throw new GitFormatError('badZlib', 'inflated size does not match the header')
  return { data: result.buffer, consumedBytes: result.engine.bytesWritten }
}

/** The most bytes a sane encoder needs for content of this size (stored blocks plus zlib's frame). */
export function deflateBound(sizeBytes: number): number {
  return sizeBytes + (sizeBytes >>> 9) + 128
}
