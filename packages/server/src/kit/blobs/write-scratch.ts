import { type FileHandle, open } from 'node:fs/promises'
import type { CheckedBody } from './checked-body.js'
import type { WrittenBlob } from './port.js'

const SYNC_EVERY_BYTES = 64 * 1024 * 1024

/** Writes a new file through the file system's memory and makes it durable. */
export async function writeScratch(path: string, body: CheckedBody): Promise<WrittenBlob> {
  const file = await open(path, 'wx', 0o600)
  const writing = new WriteBehind(file)
  try {
    for await (const chunks of body.pieces()) await writing.write(chunks)
    const written = body.finish()
    await writing.finish()
    return written
  } finally {
    await writing.settled()
    await file.close()
  }
}

/** Writes one piece while the next one is gathered, and lets the disk begin before the last byte has come. */
class WriteBehind {
  readonly #file: FileHandle
  #writing: Promise<unknown> = Promise.resolve()
  #syncing: Promise<unknown> = Promise.resolve()
  #unsyncedBytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async write(chunks: Uint8Array[]): Promise<void> {
    await this.#writing
    this.#writing = writeAll(this.#file, chunks)
    this.#writing.catch(() => undefined)
    for (const chunk of chunks) this.#unsyncedBytes += chunk.byteLength
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES) await this.#sync()
  }

  async finish(): Promise<void> {
    await this.#writing
    await this.#syncing
    await this.#file.datasync()
  }

  /** Nothing touches the file any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing])
  }

  async #sync(): Promise<void> {
    await this.#syncing
    this.#unsyncedBytes = 0
    this.#syncing = this.#file.datasync()
    this.#syncing.catch(() => undefined)
  }
}

/** `writev` may write less than it was given, for example when the disk fills. */
async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}
