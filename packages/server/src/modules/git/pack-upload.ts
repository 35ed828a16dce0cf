import { createReadStream } from 'node:fs'
import { PackIndex } from '@stoa/git'
import type { Kit } from '../../kit/kit.js'
import type { PackFiles } from './pack-files.js'
import type { PackRow } from './queries/objects.js'

/** Bytes of a pack, in memory or in a scratch file. */
export interface PackBytes {
  readonly bytes: Buffer | null
  readonly path: string | null
  readonly sizeBytes: number
}

const READ_BYTES = 1024 * 1024

/** A pack on its way into the blob store; it begins at once, so that it runs beside the check of the same bytes. */
export class PackUpload {
  private readonly kit: Pick<Kit, 'blobs' | 'clock'>
  private readonly files: PackFiles
  private readonly id: string
  private readonly sizeBytes: number
  private readonly stored: Promise<unknown>

  constructor(kit: Pick<Kit, 'blobs' | 'clock' | 'ids'>, files: PackFiles, pack: PackBytes) {
    this.kit = kit
    this.files = files
    this.id = kit.ids.next()
    this.sizeBytes = pack.sizeBytes
    const body =
      pack.path === null ? once(pack.bytes as Buffer) : createReadStream(pack.path, { highWaterMark: READ_BYTES })
    this.stored = kit.blobs.put(this.packKey, body, { sizeBytes: pack.sizeBytes })
    // A failure is reported by `finish`, or does not matter after `discard`.
    this.stored.catch(() => {})
  }

  /** Stores the index and waits for both; the row that makes the pack count is still to be inserted. */
  async finish(repoId: string, objectCount: number, index: Buffer): Promise<PackRow> {
    await Promise.all([this.stored, this.kit.blobs.put(this.indexKey, once(index), { sizeBytes: index.length })])
    this.files.keepIndex(this.id, new PackIndex(index))
    return {
      id: this.id,
      repoId,
      packKey: this.packKey,
      indexKey: this.indexKey,
      sizeBytes: BigInt(this.sizeBytes),
      indexBytes: BigInt(index.length),
      objectCount,
      createdAt: this.kit.clock.now(),
    }
  }

  /** Takes the bytes back. Only for a pack whose row was surely not committed. */
  async discard(): Promise<void> {
    await this.stored.catch(() => {})
    await this.kit.blobs.deleteMany([this.packKey, this.indexKey])
  }

  private get packKey(): string {
    return `git/${this.id.slice(-2)}/${this.id}.pack`
  }

  private get indexKey(): string {
    return `git/${this.id.slice(-2)}/${this.id}.idx`
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
