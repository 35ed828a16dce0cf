import { statfs } from 'node:fs/promises'
import { refuse } from '@stoa/contracts'

const MIB = 1024 * 1024
/**
 * What must stay free. Blobs stop first, because they are what fills a disk: the database then still takes the changes
 * that delete them. A database whose disk is really full cannot even be read.
 */
export const BLOB_RESERVE_BYTES = 512 * MIB
export const DATABASE_RESERVE_BYTES = 128 * MIB

const RECHECK_MS = 1_000

export interface DiskSpaceOptions {
  readonly reserveBytes: number
  /** Bytes that this user may still write; replaced by tests. */
  readonly freeBytes?: () => Promise<number>
}

/** Refuses writes with `StorageFull` before the disk of `folder` is full. */
export class DiskSpace {
  readonly #freeBytes: () => Promise<number>
  readonly #reserveBytes: number
  #checkedAt = Number.NEGATIVE_INFINITY
  #isFull = false

  constructor(folder: string, options: DiskSpaceOptions) {
    this.#reserveBytes = options.reserveBytes
    this.#freeBytes = options.freeBytes ?? (() => readFreeBytes(folder))
  }

  /** Throws the refusal `StorageFull`. Looks at the disk at most once a second. */
  async check(): Promise<void> {
    if (performance.now() - this.#checkedAt > RECHECK_MS) {
      this.#checkedAt = performance.now()
      this.#isFull = (await this.#freeBytes()) < this.#reserveBytes
    }
    if (this.#isFull) throw refuse('StorageFull')
  }
}

async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
