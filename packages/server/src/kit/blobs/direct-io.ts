import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { BlobRange } from './port.js'

/** Direct reads and writes begin and end at such borders, in the file and in memory; 4 KiB sectors are the largest in use. */
export const PAGE_BYTES = 4096
const PIECE_BYTES = 8 * 1024 * 1024
/** Below this, reading back what the file system does not keep in memory would hold up its reader. */
const SLOW_BYTES_A_SECOND = 150e6
/** So many in a row: a busy machine is not a slow disk. */
const SLOW_WRITES = 4
/** Smaller writes say nothing about the disk's speed. */
const TELLING_BYTES = 16 * 1024 * 1024
const SLOW_FOR_MS = 10 * 60_000

export const wholePages = (sizeBytes: number): number => Math.ceil(sizeBytes / PAGE_BYTES) * PAGE_BYTES

/**
 * Reads and writes files past the memory of the file system, out of memory that is used again and again. What the file
 * system would take is copied once more, into pages that a virtual machine often has to ask its host for: that cost six
 * times the processor time of the write itself. Not done where the file system refuses it, nor on a disk so slow that
 * what was just written had better stay in memory.
 */
export class DirectIo {
  #isRefused = constants.O_DIRECT === undefined
  #slowUntil = 0
  #slowWrites = 0

  get #isOn(): boolean {
    return !this.#isRefused && performance.now() >= this.#slowUntil
  }

  /**
   * Writes a new file and makes it durable; false when it was not done, whatever lies there then. Clears the rest of the
   * last page of `pages`.
   */
  async write(path: string, pages: Buffer, sizeBytes: number): Promise<boolean> {
    if (!this.#isOn || sizeBytes === 0) return false
    const startedAt = performance.now()
    pages.fill(0, sizeBytes, wholePages(sizeBytes))
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_DIRECT
    const isDone = await this.#unlessRefused(path, flags, async (file) => {
      await writePages(file, pages, wholePages(sizeBytes))
      await file.truncate(sizeBytes)
      await file.datasync()
    })
    if (isDone) this.#notice(sizeBytes, performance.now() - startedAt)
    return isDone
  }

  /** Reads a range into `pages`, which hold a page more than it; null when it was not done. Shorter at the file's end. */
  async read(path: string, { start, endExclusive }: BlobRange, pages: Buffer): Promise<Buffer | null> {
    if (!this.#isOn) return null
    const skip = start % PAGE_BYTES
    let held = 0
    const isDone = await this.#unlessRefused(path, constants.O_RDONLY | constants.O_DIRECT, async (file) => {
      held = await readPages(file, pages.subarray(0, wholePages(skip + endExclusive - start)), start - skip)
    })
    return isDone ? pages.subarray(skip, Math.min(held, skip + endExclusive - start)) : null
  }

  async #unlessRefused(path: string, flags: number, work: (file: FileHandle) => Promise<void>): Promise<boolean> {
    let file: FileHandle | undefined
    try {
      file = await open(path, flags, 0o600)
      await work(file)
      return true
    } catch (error) {
      if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      this.#isRefused = true
      return false
    } finally {
      await file?.close()
    }
  }

  #notice(sizeBytes: number, tookMs: number): void {
    if (sizeBytes < TELLING_BYTES) return
    this.#slowWrites = (sizeBytes / tookMs) * 1000 < SLOW_BYTES_A_SECOND ? this.#slowWrites + 1 : 0
    if (this.#slowWrites < SLOW_WRITES) return
    this.#slowWrites = 0
    this.#slowUntil = performance.now() + SLOW_FOR_MS
  }
}

async function writePages(file: FileHandle, pages: Buffer, sizeBytes: number): Promise<void> {
  for (let at = 0; at < sizeBytes; ) {
    const { bytesWritten } = await file.write(pages, at, Math.min(PIECE_BYTES, sizeBytes - at), at)
    at += bytesWritten
  }
}

/** How many bytes there were. */
async function readPages(file: FileHandle, pages: Buffer, position: number): Promise<number> {
  for (let held = 0; held < pages.length; ) {
    const { bytesRead } = await file.read(pages, held, pages.length - held, position + held)
    held += bytesRead
    // A part of a page is the end of the file.
    if (bytesRead === 0 || held % PAGE_BYTES !== 0) return held
  }
  return pages.length
}
