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
  if (sizeBytes > ONE_CHUNK_BYTES || engine === null) return inflateOnce(input, sizeBytes)
  const out = Buffer.allocUnsafe(sizeBytes + 1)
  const consumedBytes = engine(input, 0, input.length, { out, to: 0, sizeBytes })
  if (consumedBytes < 0) throw damaged()
  return { data: out.subarray(0, sizeBytes), consumedBytes }
}

/** Where inflated bytes go: to `to` of `out`, which has room for one byte more than `sizeBytes`. */
export interface InflateRoom {
  readonly out: Buffer
  readonly to: number
  readonly sizeBytes: number
}

/**
 * As `inflateExact`, for the stream that begins at `at` of `input`, into room that is there; how many input bytes it took.
 * The byte behind the content may be written over.
 */
export function inflateInto(input: Uint8Array, at: number, length: number, room: InflateRoom): number {
  if (engine === null) {
    const { data, consumedBytes } = inflateOnce(input.subarray(at, at + length), room.sizeBytes)
    data.copy(room.out, room.to)
    return consumedBytes
  }
  const consumedBytes = engine(input, at, length, room)
  if (consumedBytes < 0) throw damaged()
  return consumedBytes
}

const damaged = (): GitFormatError => new GitFormatError('badZlib', 'damaged zlib stream or a size that does not match')

/** The most bytes a sane encoder needs for content of this size (stored blocks plus zlib's frame). */
export function deflateBound(sizeBytes: number): number {
  return sizeBytes + (sizeBytes >>> 9) + 128
}

/** Input bytes taken, or -1 for a stream that is damaged or does not hold exactly `sizeBytes`. */
type Inflate = (input: Uint8Array, at: number, length: number, room: InflateRoom) => number

/** Node answers `{ buffer, engine }` under `info: true`; its types leave that out. */
interface InflateInfo {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function inflateOnce(input: Uint8Array, sizeBytes: number): Inflated {
  const chunkSize = Math.max(64, Math.min(sizeBytes + 1, ONE_CHUNK_BYTES))
  try {
    const options = { info: true, chunkSize, maxOutputLength: Math.max(1, sizeBytes) }
    const { buffer, engine: used } = inflateSync(input, options) as unknown as InflateInfo
    if (buffer.length === sizeBytes) return { data: buffer, consumedBytes: used.bytesWritten }
  } catch {
    // Damaged, as when the size differs.
  }
  throw damaged()
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
  const inflate: Inflate = (input, at, length, { out, to, sizeBytes }) => {
    hasFailed = false
    handle.reset()
    // One byte of room more than allowed: it stays free exactly when the stream ended after `sizeBytes`.
    handle.writeSync(Z_FINISH, input, at, length, out, to, sizeBytes + 1)
    return hasFailed || state[0] !== 1 ? -1 : length - (state[1] as number)
  }
  return isSound(inflate) ? inflate : null
}

/** Tries an engine on streams with known outcomes. */
function isSound(inflate: Inflate): boolean {
  try {
    const text = Buffer.from('inflate '.repeat(50))
    const stream = deflateSync(text)
    const out = Buffer.alloc(text.length + 3)
    const tried = (input: Buffer, at: number, sizeBytes: number): number =>
      inflate(input, at, input.length - at, { out, to: 1, sizeBytes })
    const wrong = [
      tried(stream, 0, text.length - 1),
      tried(stream, 0, text.length + 1),
      tried(stream.subarray(0, -1), 0, text.length),
      tried(text, 0, text.length),
    ]
    const empty = tried(deflateSync(''), 0, 0)
    const good = tried(Buffer.concat([text, stream, text]), text.length, text.length)
    const isRight = out[0] === 0 && out.subarray(1, text.length + 1).equals(text) && good === stream.length
    return isRight && wrong.every((one) => one === -1) && empty === 8
  } catch {
    return false
  }
}

const engine = createEngine()

/** Whether small objects go through the reused state; for the tests that watch for a change in Node. */
export const isEngineReused = engine !== null
