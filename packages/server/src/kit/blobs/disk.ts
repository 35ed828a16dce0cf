import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BlobStore, BlobMismatch, type PutOptions } from './port.js'

const READ_BYTES = 1024 * 1024
const KEY = /^[a-z0-9][\w.-]{0,254}(\/[\w.-]{1,255}){0,7}$/

/** Files below one folder. A blob is complete and on the disk before it has its name. */
export function createDiskBlobs(root: string): BlobStore {
  const pathOf = (key: string): string => {
    if (!KEY.test(key) || key.includes('..')) throw new Error(`not a blob key: ${key}`)
    return join(root, key)
  }
  return {
    kind: 'disk',
    localPath: pathOf,
    put: (key, body, options = {}) => put(root, pathOf(key), body, options),
    get: async (key, range) => {
      const facts = await statOrNull(pathOf(key))
      if (!facts) return null
      const end = range ? { start: range.start, end: range.endExclusive - 1 } : {}
      return { sizeBytes: facts.sizeBytes, body: createReadStream(pathOf(key), { ...end, highWaterMark: READ_BYTES }) }
    },
    stat: (key) => statOrNull(pathOf(key)),
    deleteMany: async (keys) => {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },
    list: (prefix) => walk(root, prefix),
  }
}

async function put(root: string, path: string, body: AsyncIterable<Uint8Array>, options: PutOptions) {
  const scratch = join(root, 'tmp', randomUUID())
  await mkdir(dirname(scratch), { recursive: true })
  try {
    const written = await writeHashed(scratch, body)
    if (options.sha256 !== undefined && options.sha256 !== written.sha256)
      throw new BlobMismatch(`the content has SHA-256 ${written.sha256}`)
    if (options.sizeBytes !== undefined && options.sizeBytes !== written.sizeBytes) {
      throw new BlobMismatch(`the content has ${written.sizeBytes} bytes instead of ${options.sizeBytes}`)
    }
    await mkdir(dirname(path), { recursive: true })
    await rename(scratch, path)
    await syncFolder(dirname(path))
    return written
  } finally {
    await rm(scratch, { force: true })
  }
}

async function writeHashed(
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of body) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      await file.writev([chunk])
    }
    await file.datasync()
  } finally {
    await file.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function statOrNull(path: string): Promise<{ sizeBytes: number } | null> {
  try {
    const facts = await stat(path)
    return facts.isFile() ? { sizeBytes: facts.size } : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

async function* walk(
  root: string,
  prefix: string,
): AsyncGenerator<{ key: string; sizeBytes: number; modifiedAt: Date }> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const key = path.slice(root.length + 1)
    if (!entry.isFile() || key.startsWith('tmp/') || !key.startsWith(prefix)) continue
    const facts = await stat(path)
    yield { key, sizeBytes: facts.size, modifiedAt: facts.mtime }
  }
}
