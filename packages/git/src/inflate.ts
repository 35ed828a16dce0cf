import { createInflate, deflateSync, inflateSync } from 'node:zlib'
import { GitFormatError } from './format-error.js'

/** What one zlib stream held, and how many input bytes it took. */
export interface Inflated {
  readonly data: Buffer
  readonly consumedBytes: number
}

/** Above this size zlib grows its output itself, so that a lying header costs no memory. */
const ONE_CHUNK_BYTES = 1024 * 1024

/**
 * Inflates the zlib stream at the start of `input`, which must hold exactly `sizeBytes`; bytes behind it are ignored.
 * Throws GitFormatError `badZlib` otherwise. Never makes more than `sizeBytes` and one chunk.
 */
export function inflateExact(input: Uint8Array, sizeBytes: number): Inflated {
  const inflated =
    sizeBytes <= ONE_CHUNK_BYTES && engine !== null ? engine(input, sizeBytes) : inflateOnce(input, sizeBytes)
  if (inflated === null) throw new GitFormatError('badZlib', 'damaged zlib stream or a size that does not match')
  return inflated
}

/** The most bytes a sane encoder needs for content of this size (stored blocks plus zlib's frame). */
export function deflateBound(sizeBytes: number): number {
  return sizeBytes + (sizeBytes >>> 9) + 128
}

type Inflate = (input: Uint8Array, sizeBytes: number) => Inflated | null

/** Node answers `{ buffer, engine }` under `info: true`; its types leave that out. */
interface InflateInfo {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

const inflateOnce: Inflate = (input, sizeBytes) => {
  const chunkSize = Math.max(64, Math.min(sizeBytes + 1, ONE_CHUNK_BYTES))
  try {
    const options = { info: true, chunkSize, maxOutputLength: Math.max(1, sizeBytes) }
    const { buffer, engine: used } = inflateSync(input, options) as unknown as InflateInfo
    return buffer.length === sizeBytes ? { data: buffer, consumedBytes: used.bytesWritten } : null
  } catch {
    return null
  }
}

/** The parts of Node's zlib binding that npm's own minizlib also relies on; absent ones switch to `inflateSync`. */
interface ZlibBinding {
  readonly _writeState: Uint32Array
  readonly _handle: {
    reset(): void
    writeSync(
      flush: number,
      input: Uint8Array,
      at: number,
      length: number,
      out: Uint8Array,
      to: number,
      room: number,
    ): void
  }
}

const Z_FINISH = 4

/**
 * One inflate state for all small objects: `inflateSync` makes a new one each time, which takes eight times as long and
 * keeps the garbage collector busy. Null when this Node does not work that way.
 */
function createEngine(): Inflate | null {
  const stream = createInflate() as unknown as Partial<ZlibBinding>
  const { _handle: handle, _writeState: state } = stream
  if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) return null
  let hasFailed = false
  const onerror = (): void => {
    hasFailed = true
  }
  Object.assign(handle, { onerror })
  const inflate: Inflate = (input, sizeBytes) => {
    hasFailed = false
    handle.reset()
    // One byte of room more than allowed: it stays free exactly when the stream ended after `sizeBytes`.
    const out = Buffer.allocUnsafe(sizeBytes + 1)
    handle.writeSync(Z_FINISH, input, 0, input.length, out, 0, out.length)
    const [roomLeft = 0, inputLeft = 0] = state
    if (hasFailed || roomLeft !== 1) return null
    return { data: out.subarray(0, sizeBytes), consumedBytes: input.length - inputLeft }
  }
  return isSound(inflate) ? inflate : null
}

/** Tries an engine on streams with known outcomes. */
function isSound(inflate: Inflate): boolean {
  try {
    const text = Buffer.from('inflate '.repeat(50))
    const stream = deflateSync(text)
    const good = inflate(Buffer.concat([stream, text]), text.length)
    const wrong = [
      inflate(stream, text.length - 1),
      inflate(stream, text.length + 1),
      inflate(stream.subarray(0, -1), text.length),
      inflate(text, text.length),
    ]
    const empty = inflate(deflateSync(''), 0)
    return (
      good?.data.equals(text) === true &&
      good.consumedBytes === stream.length &&
      wrong.every((one) => one === null) &&
      empty?.consumedBytes === 8
    )
  } catch {
    return false
  }
}

const engine = createEngine()

/** Whether small objects go through the reused state; for the tests that watch for a change in Node. */
export const isEngineReused = engine !== null
