import { randomUUID } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { BLOB_RESERVE_BYTES, DiskSpace } from '../disk-space.js'
import { CheckedBody } from './checked-body.js'
import { isMissing, translate } from './disk-errors.js'
import { DiskPages } from './disk-pages.js'
import { DirectIo } from './direct-io.js'
import { checkBlobKey, SCRATCH } from './key.js'
import { fillPages } from './fill-pages.js'
import { giveName } from './give-name.js'
import { type BlobFacts, type BlobRange, type BlobStore, type ListedBlob } from './port.js'
import type { PutOptions, WrittenBlob } from './port.js'
import { writeScratch } from './write-scratch.js'

const PIECE_BYTES = 1024 * 1024
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
      return put(root, path, body, options)
    },
    openPages: async (key, pages) => {
      const path = pathOf(key)
      await space.check()
      return new DiskPages({ directIo, scratch: join(root, SCRATCH, randomUUID()), path, pages })
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

async function put(
  root: string,
  path: string,
  body: AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<WrittenBlob> {
  const scratch = join(root, SCRATCH, randomUUID())
  try {
    const written = await writeScratch(scratch, new CheckedBody(body, options, PIECE_BYTES))
    await giveName(scratch, path, options.ifAbsent ?? false)
    return written
  } catch (error) {
    throw translate(error)
  } finally {
    await rm(scratch, { force: true })
  }
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
