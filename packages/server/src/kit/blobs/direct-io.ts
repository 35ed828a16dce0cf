import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { BlobRange } from './port.js'

/** Direct reads and writes begin and end at such borders, in the file and in memory; 4 KiB sectors are the largest in use. */
export const PAGE_BYTES = 4096
const PIECE_BYTES = 4 * 1024 * 1024
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

  /** Begins a new file of what arrives in `pages`. */
  begin(path: string, pages: Buffer): DirectWrite {
    return new DirectWrite(path, pages, { isOn: () => this.#isOn, ended: (write) => this.#notice(write) })
  }

  /** Reads a range into `pages`, which hold a page more than it; null when it was not done. Shorter at the file's end. */
  async read(path: string, { start, endExclusive }: BlobRange, pages: Buffer): Promise<Buffer | null> {
    if (!this.#isOn) return null
    const skip = start % PAGE_BYTES
    let held = 0
    let file: FileHandle | undefined
    try {
      file = await open(path, constants.O_RDONLY | constants.O_DIRECT)
      held = await readPages(file, pages.subarray(0, wholePages(skip + endExclusive - start)), start - skip)
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#isRefused = true
      return null
    } finally {
      await file?.close()
    }
    return pages.subarray(skip, Math.min(held, skip + endExclusive - start))
  }

  #notice({ isRefused, sizeBytes, tookMs }: WriteFacts): void {
    if (isRefused) this.#isRefused = true
    if (sizeBytes < TELLING_BYTES) return
    this.#slowWrites = (sizeBytes / tookMs) * 1000 < SLOW_BYTES_A_SECOND ? this.#slowWrites + 1 : 0
    if (this.#slowWrites < SLOW_WRITES) return
    this.#slowWrites = 0
    this.#slowUntil = performance.now() + SLOW_FOR_MS
  }
}

interface WriteFacts {
  readonly isRefused: boolean
  readonly sizeBytes: number
  /** Of writing alone; what arrives may take its time. */
  readonly tookMs: number
}

interface Watch {
  isOn(): boolean
  ended(write: WriteFacts): void
}

const isRefusal = (error: unknown): boolean =>
  ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? '')

/** One file that is written piece by piece while it arrives. */
export class DirectWrite {
  readonly #path: string
  readonly #pages: Buffer
  readonly #watch: Watch
  #file: FileHandle | null = null
  #begun = 0
  #tookMs = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string, pages: Buffer, watch: Watch) {
    this.#path = path
    this.#pages = pages
    this.#watch = watch
  }

  /** Writes what is there of whole pieces. */
  arrived(sizeBytes: number): void {
    if (sizeBytes - this.#begun < PIECE_BYTES || !this.#watch.isOn()) return
    this.#writeUpTo(sizeBytes - (sizeBytes % PIECE_BYTES))
    // Heard of when it is finished.
    this.#writing.catch(() => undefined)
  }

  /** Makes the file durable; false when that was not done, whatever lies there then. Clears the rest of the last page. */
  async finish(sizeBytes: number): Promise<boolean> {
    if (sizeBytes === 0 || (this.#begun === 0 && !this.#watch.isOn())) return false
    try {
      this.#pages.fill(0, sizeBytes, wholePages(sizeBytes))
      if (wholePages(sizeBytes) > this.#begun) this.#writeUpTo(wholePages(sizeBytes))
      await this.#writing
      await this.#timed(async () => {
        await this.#file?.truncate(sizeBytes)
        await this.#file?.datasync()
      })
      this.#watch.ended({ isRefused: false, sizeBytes, tookMs: this.#tookMs })
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#watch.ended({ isRefused: true, sizeBytes: 0, tookMs: 0 })
      return false
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#writing])
    await this.#file?.close()
    this.#file = null
  }

  #writeUpTo(end: number): void {
    const start = this.#begun
    this.#begun = end
    this.#writing = this.#writing.then(() => this.#timed(() => this.#write(start, end)))
  }

  async #write(start: number, end: number): Promise<void> {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_DIRECT
    this.#file ??= await open(this.#path, flags, 0o600)
    for (let at = start; at < end; ) {
      const { bytesWritten } = await this.#file.write(this.#pages, at, Math.min(PIECE_BYTES, end - at), at)
      at += bytesWritten
    }
  }

  async #timed(work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now()
    await work()
    this.#tookMs += performance.now() - startedAt
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
