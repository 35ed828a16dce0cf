import { type FileHandle, open } from 'node:fs/promises'
import { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

const PIECE_BYTES = 512 * 1024
/** One is read into while the others go out. */
const PIECES = 3

/**
 * Bytes of a file. Into an answer they go through a few pieces of memory that are used again and again, each once the socket
 * has taken it: that costs half of what a fresh piece for every read does. Anything else reads it as any stream.
 */
export class FileBytes extends Readable {
  readonly #path: string
  readonly #end: number
  #at: number
  #file: Promise<FileHandle> | null = null

  constructor(path: string, start: number, endExclusive: number) {
    super({ highWaterMark: PIECE_BYTES })
    this.#path = path
    this.#at = start
    this.#end = endExclusive
  }

  override pipe<T extends NodeJS.WritableStream>(target: T, options?: { end?: boolean }): T {
    if (!(target instanceof ServerResponse)) return super.pipe(target, options)
    this.#pump(target).catch((error: Error) => this.destroy(error))
    return target
  }

  override _read(): void {
    const room = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#end - this.#at))
    this.#readInto(room).then(
      (bytes) => this.push(bytes.length === 0 ? null : bytes),
      (error: Error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const file = this.#file
    if (file === null) return done(error)
    file
      .then((handle) => handle.close())
      .then(
        () => done(error),
        () => done(error),
      )
  }

  /** The next bytes; none at the end. Throws when the file is shorter than it was said to be. */
  async #readInto(room: Buffer): Promise<Buffer> {
    const wanted = Math.min(room.length, this.#end - this.#at)
    if (wanted === 0) return room.subarray(0, 0)
    this.#file ??= open(this.#path, 'r')
    const { bytesRead } = await (await this.#file).read(room, 0, wanted, this.#at)
    if (bytesRead === 0) throw new Error('a stored file is shorter than recorded')
    this.#at += bytesRead
    return room.subarray(0, bytesRead)
  }

  async #pump(answer: ServerResponse): Promise<void> {
    const size = Math.min(PIECE_BYTES, this.#end - this.#at)
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
