import { refuse } from '@stoa/contracts'
import { FormatError, type JsonObject, readSafetensorsHeader, readSafetensorsIndex } from '@stoa/formats'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { MAX_COUNTED_SHARDS, MAX_INDEX_BYTES, readText } from './facts/collect-facts.js'
import { readRepoFiles } from './facts/read-repo-files.js'

/** Bytes of headers in one answer. */
export const MAX_HEADERS_BYTES = 64 * 1024 * 1024

export interface SafetensorsMetadata {
  readonly index: JsonObject
  readonly headers: Record<string, JsonObject>
}

/**
 * The headers of all shards an index of the default branch names, as written (hub-api-2x §4).
 * Errors: `RepoNotFound`, `GatedRepo`, `EntryNotFound`, `UnreadableFile`.
 */
export async function getSafetensorsMetadata(
  deps: CatalogDeps,
  actor: Actor,
  fullName: string,
  path: string,
): Promise<SafetensorsMetadata> {
  const { repo } = await deps.repos.findRepo(actor, 'model', fullName, 'read')
  const head = await deps.repos.findHead(repo)
  if (head === null) throw refuse('EntryNotFound')
  const files = await readRepoFiles(deps.repos, repo, head)
  const byPath = new Map(files.files.map((file) => [file.path, file]))
  if (!byPath.has(path)) throw refuse('EntryNotFound', undefined, {}, { headers: { 'x-repo-commit': head } })
  const text = await readText(files, byPath.get(path), MAX_INDEX_BYTES)
  const index = text === null ? null : readSafetensorsIndex(text)
  if (!index || index.shards.length > MAX_COUNTED_SHARDS)
    throw refuse('UnreadableFile', `${path} is not a safetensors index that can be read here.`)
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : ''
  const headers: Record<string, JsonObject> = {}
  let total = 0
  for (const name of index.shards) {
    const shard = byPath.get(folder + name)
    if (!shard)
      throw refuse(
        'EntryNotFound',
        `The index names ${folder}${name}, which is not in the repository.`,
        {},
        { headers: { 'x-repo-commit': head } },
      )
    try {
      const header = await readSafetensorsHeader(await files.open(shard))
      headers[name] = header.json
      total += header.headerBytes
    } catch (error) {
      if (error instanceof FormatError) throw refuse('UnreadableFile', `${name}: ${error.message}`)
      throw error
    }
    if (total > MAX_HEADERS_BYTES)
      throw refuse(
        'UnreadableFile',
        'The headers of this model are too large for one answer. Read the shards one by one.',
      )
  }
  const metadata = index.json['metadata']
  return { index: metadata === undefined ? {} : { metadata }, headers }
}
