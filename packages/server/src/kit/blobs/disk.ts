import { randomUUID } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { refuse } from '@stoa/contracts'
import { BLOB_RESERVE_BYTES, DiskSpace } from '../disk-space.js'
import { CheckedBody } from './checked-body.js'
import { DirectIo } from './direct-io.js'
import { checkBlobKey, SCRATCH } from './key.js'
import { fillPages } from './fill-pages.js'
import { BlobExists, type BlobFacts, type BlobRange, type BlobStore, type ListedBlob } from './port.js'
import type { PutOptions, WrittenBlob } from './port.js'

const PIECE_BYTES = 1024 * 1024
const SYNC_EVERY_BYTES = 64 * 1024 * 1024
/** Scratch files of a process that died are removed at the next start. */
const SCRATCH_AGE_MS = 24 * 3600 * 1000

/**
 * Files below one folder. A blob is complete and on the disk before it has its name. `freeBytes` replaces the question to
 * the file system in tests.
 */
export async function openDiskBlobs(root: string, freeBytes?: () => Promise<number>): Promise<BlobStore> {
  await mkdir(join(root, SCRATCH), { recursive: true, mode: 0o700 })
  await removeOldScratch(join(root, SCRATCH), new Date(Date.now() - SCRATCH_AGE_MS))
  const reserveBytes = BLOB_RESERVE_BYTES
  const space = new DiskSpace(root, { reserveBytes, ...(freeBytes === undefined ? {} : { freeBytes }) })
  const directIo = new DirectIo()
  const pathOf = (key: string): string => join(root, checkBlobKey(key))
  return {
    kind: 'disk',
    direct: null,
    localPath: pathOf,
    put: async (key, body, options = {}) => {
      const path = pathOf(key)
      await space.check()
      return put(root, path, options, (scratch) => writeScratch(scratch, new CheckedBody(body, options, PIECE_BYTES)))
    },
    putPages: async (key, pages, sizeBytes) => {
      const path = pathOf(key)
      await space.check()
      await put(root, path, {}, (scratch) => writePages(directIo, scratch, pages, sizeBytes))
    },
    readPages: (key, range, pages) => readPages(directIo, pathOf(key), range, pages),
    get: (key, range) => get(pathOf(key), range),
    stat: (key) => statOrNull(pathOf(key)),
    deleteMany: async (keys) => {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },
    list: (prefix, after = '') => walk(root, '', prefix, after),
    copy: (from, to) => copy(root, pathOf(from), pathOf(to)),
    dropUnfinished: (before) => removeOldScratch(join(root, SCRATCH), before),
  }
}

async function put<T>(
  root: string,
  path: string,
  options: PutOptions,
  write: (scratch: string) => Promise<T>,
): Promise<T> {
  const scratch = join(root, SCRATCH, randomUUID())
  try {
    const written = await write(scratch)
    await giveName(scratch, path, options.ifAbsent ?? false)
    return written
  } catch (error) {
    throw translate(error)
  } finally {
    await rm(scratch, { force: true })
  }
}

async function writeScratch(path: string, body: CheckedBody): Promise<WrittenBlob> {
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

async function writePages(directIo: DirectIo, path: string, pages: Buffer, sizeBytes: number): Promise<void> {
  if (await directIo.write(path, pages, sizeBytes)) return
  await rm(path, { force: true })
  const bytes = Readable.from([pages.subarray(0, sizeBytes)])
  await writeScratch(path, new CheckedBody(bytes, { sizeBytes }, PIECE_BYTES))
}

async function readPages(directIo: DirectIo, path: string, range: BlobRange, pages: Buffer): Promise<Buffer | null> {
  try {
    const read = await directIo.read(path, range, pages)
    if (read !== null) return read.length < range.endExclusive - range.start ? null : read
    return await fillPages(await get(path, range), range, pages)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
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

async function giveName(scratch: string, path: string, ifAbsent: boolean): Promise<void> {
  await makeFolder(dirname(path))
  if (ifAbsent) await link(scratch, path)
  else await rename(scratch, path)
  await syncFolder(dirname(path))
}

/** A hard link: blobs are replaced, never changed. */
async function copy(root: string, from: string, to: string): Promise<boolean> {
  const scratch = join(root, SCRATCH, randomUUID())
  try {
    await link(from, scratch)
    // Renaming a link onto another link of the same file does nothing and leaves both, hence the removal below.
    await giveName(scratch, to, false)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw translate(error)
  } finally {
    await rm(scratch, { force: true })
  }
}

async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (firstMade === undefined) return
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function get(path: string, range?: BlobRange): Promise<{ sizeBytes: number; body: Readable } | null> {
  const file = await openOrNull(path)
  if (file === null) return null
  try {
    const facts = await file.stat()
    const start = range?.start ?? 0
    const end = Math.min(range?.endExclusive ?? facts.size, facts.size) - 1
    if (!facts.isFile() || end < start) {
      await file.close()
      return facts.isFile() ? { sizeBytes: facts.size, body: Readable.from([]) } : null
    }
    return { sizeBytes: facts.size, body: file.createReadStream({ start, end, highWaterMark: PIECE_BYTES }) }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function statOrNull(path: string): Promise<BlobFacts | null> {
  try {
    const facts = await stat(path)
    return facts.isFile() ? { sizeBytes: facts.size, modifiedAt: facts.mtime } : null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Depth first in byte order of the keys, entering only folders that can hold wanted keys. */
async function* walk(root: string, folder: string, prefix: string, after: string): AsyncGenerator<ListedBlob> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const names = entries
    .map((entry) => (entry.isDirectory() ? `${folder}${entry.name}/` : `${folder}${entry.name}`))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const name of names) {
    if (name.endsWith('/')) {
      const mayHold = name.startsWith(prefix) || prefix.startsWith(name)
      const isBehind = after.startsWith(name) || name > after
      if (mayHold && isBehind && name !== `${SCRATCH}/`) yield* walk(root, name, prefix, after)
    } else if (name.startsWith(prefix) && name > after) {
      const facts = await statOrNull(join(root, name.replaceAll('/', sep)))
      if (facts !== null) yield { key: name, ...facts }
    }
  }
}

/** File times are the disk's, so `before` comes from the computer's clock, not from the kit's. */
async function removeOldScratch(folder: string, before: Date): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder)) {
    const facts = await statOrNull(join(folder, name))
    if (facts === null || facts.modifiedAt >= before) continue
    await rm(join(folder, name), { force: true })
    removed += 1
  }
  return removed
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? ''
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error))

function translate(error: unknown): unknown {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return refuse('StorageFull')
  if (codeOf(error) === 'EEXIST') return new BlobExists('a blob of this name exists')
  return error
}
