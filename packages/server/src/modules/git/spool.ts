import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackSource } from '@stoa/git'

/** Up to this a pack stays in memory while it is checked; above, it goes to a scratch file. */
export const MEMORY_PACK_BYTES = 16 * 1024 * 1024

/** Memory that the packs of all pushes share; what does not fit goes to scratch files at once. */
export class SpoolRoom {
  private readonly limitBytes: number
  private heldBytes = 0

  constructor(limitBytes = 128 * 1024 * 1024) {
    this.limitBytes = limitBytes
  }

  /** Takes room for more bytes; false when there is none. */
  take(bytes: number): boolean {
    if (this.heldBytes + bytes > this.limitBytes) return false
    this.heldBytes += bytes
    return true
  }

  free(bytes: number): void {
    this.heldBytes -= bytes
  }
}

/** Bytes of an incoming pack, in memory or in a scratch file. */
export interface Spooled {
  readonly sizeBytes: number
  readonly bytes: Buffer | null
  readonly path: string | null
  /** Removes the scratch file, or gives the memory back. */
  discard(): Promise<void>
}

/** Collects a pack. The scratch folder is made when needed; a file left by a crash is removed by its age. */
export class Spool {
  private readonly folder: string
  private readonly name: string
  private parts: Buffer[] = []
  private file: FileHandle | null = null
  private sizeBytes = 0
  private readonly room: SpoolRoom
  private roomBytes = 0

  constructor(folder: string, name: string, room = new SpoolRoom()) {
    this.folder = folder
    this.name = name
    this.room = room
  }

  async add(chunk: Buffer): Promise<void> {
    this.parts.push(chunk)
    this.sizeBytes += chunk.length
    if (this.file === null && this.sizeBytes <= MEMORY_PACK_BYTES && this.room.take(chunk.length)) {
      this.roomBytes += chunk.length
      return
    }
    this.leaveRoom()
    if (this.file === null) {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      this.file = await open(this.path, 'wx', 0o600)
    }
    await this.flush(this.file, MIN_WRITE_BYTES)
  }

  async finish(): Promise<Spooled> {
    const { file, sizeBytes } = this
    if (file === null) {
      const bytes = Buffer.concat(this.parts)
      this.parts = []
      return { sizeBytes, bytes, path: null, discard: async () => this.leaveRoom() }
    }
    await this.flush(file, 0)
    await file.close()
    this.file = null
    return { sizeBytes, bytes: null, path: this.path, discard: () => rm(this.path, { force: true }) }
  }

  /** Gives up: nothing stays. */
  async abort(): Promise<void> {
    this.leaveRoom()
    await this.file?.close()
    await rm(this.path, { force: true })
  }

  private leaveRoom(): void {
    this.room.free(this.roomBytes)
    this.roomBytes = 0
  }

  private get path(): string {
    return join(this.folder, this.name)
  }

  private async flush(file: FileHandle, from: number): Promise<void> {
    const held = this.parts.reduce((sum, part) => sum + part.length, 0)
    if (held < from) return
    await file.writev(this.parts)
    this.parts = []
  }
}

const MIN_WRITE_BYTES = 1024 * 1024

/** Random access to a pack in memory. */
export function memorySource(bytes: Buffer): PackSource {
  return { sizeBytes: bytes.length, read: (at, length) => bytes.subarray(at, at + length) }
}

const WINDOW_BYTES = 1024 * 1024

/** Random access to a pack in a file, through a window that follows the reader. Blocks: for worker threads. */
export function fileSource(path: string, sizeBytes: number): PackSource & { close(): void } {
  const descriptor = openSync(path, 'r')
  let window: Buffer = Buffer.alloc(0)
  let start = 0
  const read = (at: number, length: number): Buffer => {
    const wanted = Math.max(0, Math.min(length, sizeBytes - at))
    if (at >= start && at + wanted <= start + window.length) return window.subarray(at - start, at - start + wanted)
    const fresh = Buffer.allocUnsafe(Math.min(Math.max(wanted, WINDOW_BYTES), sizeBytes - at))
    const got = readSync(descriptor, fresh, 0, fresh.length, at)
    const bytes = fresh.subarray(0, got)
    start = at
    window = bytes
    return bytes.subarray(0, wanted)
  }
  return { sizeBytes, read, close: () => closeSync(descriptor) }
}
