import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type FolderFile, itemProblem } from '../kit/manifest/noun.js'

const MAX_FILES = 20_000
const MAX_DEPTH = 30

/** Every file of a folder on this machine, by name; `.git` and symbolic links are left out. */
export async function readFolder(baseDir: string, path: string): Promise<FolderFile[]> {
  const root = resolve(baseDir, path)
  if (!(await stat(root).catch(() => null))?.isDirectory()) throw itemProblem([], `folder ${path} does not exist`)
  const files: FolderFile[] = []
  await gather(root, '', files, 0)
  return files
}

async function gather(root: string, prefix: string, files: FolderFile[], depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw itemProblem([], `folder ${prefix} is nested too deep`)
  const entries = await readdir(join(root, prefix), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory() && entry.name !== '.git') await gather(root, path, files, depth + 1)
    if (!entry.isFile()) continue
    if (files.length >= MAX_FILES) throw itemProblem([], `a folder holds at most ${MAX_FILES} files`)
    const full = join(root, path)
    const { size } = await stat(full)
    files.push({ path, sizeBytes: size, read: () => readFile(full), open: () => createReadStream(full) })
  }
}

/** Files that came with a request. */
export function filesFromRequest(files: readonly { readonly path: string; readonly base64: string }[]): FolderFile[] {
  return files.map(({ path, base64 }) => {
    const bytes = Buffer.from(base64, 'base64')
    return { path, sizeBytes: bytes.length, read: async () => bytes, open: () => oneChunk(bytes) }
  })
}

async function* oneChunk(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes
}
