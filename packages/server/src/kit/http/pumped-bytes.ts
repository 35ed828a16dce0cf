import { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

const PIECE_BYTES = 1024 * 1024
/** One is read into while the other goes out. */
const PIECES = 2

/** Bytes that can be read into memory somebody else owns. */
export interface PieceSource {
  readonly sizeBytes: number
  /** Fills `room` from its start with the next bytes; how many, 0 at the end. Throws when fewer are stored than were promised. */
  readInto(room: Buffer): Promise<number>
  /** Is called once, after the last reading has ended. */
  close(): Promise<void>
}

/**
 * Bytes of a source. Into an answer they go through a few pieces of memory that are used again and again, each once the socket
 * has taken it: that costs half of what a fresh piece for every read does. Anything else reads it as any stream.
 */
export class PumpedBytes extends Readable {
  readonly #source: PieceSource
  #left: number
  #reading: Promise<unknown> = Promise.resolve()

  constructor(source: PieceSource) {
    super({ highWaterMark: PIECE_BYTES })
    this.#source = source
    this.#left = source.sizeBytes
  }

  override pipe<T extends NodeJS.WritableStream>(target: T, options?: { end?: boolean }): T {
    if (!(target instanceof ServerResponse)) return super.pipe(target, options)
    this.#pump(target).catch((error: Error) => this.destroy(error))
    return target
  }

  override _read(): void {
    const room = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#left))
    this.#readInto(room).then(
      (bytes) => this.push(bytes.length === 0 ? null : bytes),
      (error: Error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const end = (): void => {
      this.#source.close().then(
        () => done(error),
        () => done(error),
      )
    }
    this.#reading.then(end, end)
  }

  /** The next bytes; none at the end. */
  async #readInto(room: Buffer): Promise<Buffer> {
    const wanted = Math.min(room.length, this.#left)
    if (wanted === 0) return room.subarray(0, 0)
    const reading = this.#source.readInto(room.subarray(0, wanted))
    this.#reading = reading
    const count = await reading
    if (count === 0) throw new Error('a stored file is shorter than recorded')
    this.#left -= count
    return room.subarray(0, count)
  }

  async #pump(answer: ServerResponse): Promise<void> {
    const size = Math.min(PIECE_BYTES, this.#left)
    const pieces = Array.from({ length: PIECES }, () => ({
      room: Buffer.allocUnsafeSlow(size),
      sent: Promise.resolve(),
    }))
    for (let nth = 0; !this.destroyed; nth++) {
      const piece = pieces[nth % PIECES] as (typeof pieces)[number]
      await piece.sent
      const bytes = await this.#readInto(piece.room)
      if (bytes.length === 0) break
      piece.sent = write(answer, bytes)
      // Whoever waits for it hears of a failure; nobody does once another write has failed.
      piece.sent.catch(() => {})
    }
    if (this.destroyed) return
    await Promise.all(pieces.map(({ sent }) => sent))
    answer.end()
    // Tells those who watch the stream that it ended well.
    this.push(null)
    this.resume()
  }
}

/** Resolves when the socket has taken the bytes: their memory may be used again. */
function write(answer: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
