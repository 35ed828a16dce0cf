import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type Terminal, UsageError } from './terminal.js'

/** Bytes of all folders together that one request carries. */
const MAX_FOLDER_BYTES = 64 * 1024 * 1024
const MAX_FOLDER_FILES = 2000

/** What a manifest refers to on this machine, keyed as the server looks it up. */
export interface References {
  readonly secrets: Record<string, string>
  readonly folders: Record<string, { path: string; base64: string }[]>
}

interface Gathering {
  /** Folder that relative paths of the manifest start from. */
  readonly baseDir: string
  readonly terminal: Terminal
  readonly into: References
}

/** Reads every `{ env }`, `{ file }` and `repos[].files` of a manifest. What is missing is left out: the server names its place. */
export async function gatherReferences(text: string, gathering: Gathering): Promise<void> {
  for (const document of parseAllDocuments(text)) {
    // A text that is not YAML is sent as it is; the server says where it breaks.
    if (document.errors.length > 0) return
    const value = document.toJS() as unknown
    await gatherSecrets(value, gathering)
    await gatherFolders(value, gathering)
  }
}

async function gatherSecrets(value: unknown, gathering: Gathering): Promise<void> {
  if (value === null || typeof value !== 'object') return
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first && typeof first[1] === 'string') {
    const [source, name] = first
    const { environment } = gathering.terminal
    const secret =
      source === 'env' ? environment[name] : source === 'file' ? await readSecret(gathering, name) : undefined
    if (secret !== undefined) setOnce(gathering.into.secrets, `${source}:${name}`, secret)
  }
  for (const [, inner] of entries) await gatherSecrets(inner, gathering)
}

async function readSecret({ baseDir }: Gathering, name: string): Promise<string | undefined> {
  const text = await readFile(resolve(baseDir, name), 'utf8').catch(() => undefined)
  return text?.replace(/\r?\n$/, '')
}

function setOnce(secrets: Record<string, string>, key: string, value: string): void {
  if (secrets[key] !== undefined && secrets[key] !== value) {
    throw new UsageError(`Two manifests mean different files by ${key.slice(5)}. Apply them one after the other.`)
  }
  secrets[key] = value
}

async function gatherFolders(value: unknown, gathering: Gathering): Promise<void> {
  const repos = (value as { repos?: unknown } | null)?.repos
  if (!Array.isArray(repos)) return
  for (const repo of repos as unknown[]) {
    const path = (repo as { files?: unknown } | null)?.files
    if (typeof path !== 'string' || gathering.into.folders[path]) continue
    const files = await readFolder(resolve(gathering.baseDir, path))
    if (files) gathering.into.folders[path] = files
  }
  const sizes = Object.values(gathering.into.folders).flatMap((files) =>
    files.map((file) => (file.base64.length * 3) / 4),
  )
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_FOLDER_BYTES) {
    throw new UsageError(
      'The folders of this manifest are larger than 64 MB together. Leave "files" out and send them with hf upload or git push, or apply with STOA_BOOTSTRAP on the server.',
    )
  }
}

async function readFolder(root: string): Promise<{ path: string; base64: string }[] | null> {
  if (!(await stat(root).catch(() => null))?.isDirectory()) return null
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.split('/').includes('.git'))
    .sort()
  if (names.length > MAX_FOLDER_FILES) throw new UsageError(`${root} holds more than ${MAX_FOLDER_FILES} files.`)
  let bytes = 0
  const files = []
  for (const path of names) {
    bytes += (await stat(join(root, path))).size
    if (bytes > MAX_FOLDER_BYTES)
      throw new UsageError(`${root} is larger than 64 MB. Send it with hf upload or git push.`)
    files.push({ path, base64: (await readFile(join(root, path))).toString('base64') })
  }
  return files
}
