import { setImmediate } from 'node:timers/promises'
import type { TreeEntryJson } from '@stoa/contracts'
import type { FileSource } from '@stoa/formats'
import type { CatalogRepo, CatalogRepos } from '../catalog-repos.js'
import type { RepoFile, RepoFiles } from './repo-files.js'

/** Files of a repository that the catalogue looks at; a larger one is read as far as this. */
export const MAX_CATALOGUED_FILES = 100_000

/** Lists a repository's files at a commit, folders left out, and opens them for the readers. */
export async function readRepoFiles(repos: CatalogRepos, repo: CatalogRepo, commitOid: string): Promise<RepoFiles> {
  const files: RepoFile[] = []
  let cursor: string | null = null
  do {
    const query = { recursive: true, expand: false, limit: 0, ...(cursor === null ? {} : { cursor }) }
    const page = await repos.listTree(repo, commitOid, '', query)
    for (const entry of page.entries) if (entry.type === 'file') files.push(toFile(entry))
    cursor = page.cursor
  } while (cursor !== null && files.length < MAX_CATALOGUED_FILES)
  return {
    commitOid,
    files: files.slice(0, MAX_CATALOGUED_FILES),
    isPartial: cursor !== null || files.length > MAX_CATALOGUED_FILES,
    open: (file) => openSource(repos, repo, commitOid, file.path),
  }
}

function toFile(entry: TreeEntryJson): RepoFile {
  return {
    path: entry.path,
    sizeBytes: entry.size,
    oid: entry.oid,
    lfs: entry.lfs ? { oid: entry.lfs.oid, sizeBytes: entry.lfs.size, pointerBytes: entry.lfs.pointerSize } : null,
  }
}

/** One file of a commit, read in parts. Throws `EntryNotFound`. */
export async function openSource(
  repos: CatalogRepos,
  repo: CatalogRepo,
  commitOid: string,
  path: string,
): Promise<FileSource> {
  const file = await repos.openFile(repo, commitOid, path)
  return {
    sizeBytes: file.sizeBytes,
    read: async (start, end) => {
      const endExclusive = Math.min(end, file.sizeBytes)
      if (endExclusive <= start) return new Uint8Array(0)
      // Small files come from memory; without this pause a reader of a hostile file would let nobody else in.
      await setImmediate()
      const parts: Buffer[] = []
      for await (const part of await file.open({ start, endExclusive })) parts.push(part as Buffer)
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    },
  }
}
