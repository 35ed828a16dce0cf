import { Readable } from 'node:stream'
import { refuse } from '@stoa/contracts'
import type { LfsPointer, TreeEntry } from '@stoa/git'
import type { ByteRange, ByteSource } from '../../../kit/http/bytes.js'
import { findLfsObjects } from '../queries/lfs.js'
import { findXetFile } from '../queries/xet.js'
import { findRepoById } from '../queries/repos.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import type { BrowseDeps } from './browser.js'
import { openXetFile } from '../xet/read-file.js'
import { xetHashOf } from '../xet/xet-blob.js'
import { entryNotFound } from './list-tree.js'

/** A file of a repository, ready to be read. `etag` is quoted: the git id of a regular file, the SHA-256 of a large one. */
export interface OpenFile extends ByteSource {
  readonly path: string
  readonly entry: TreeEntry
  readonly commitOid: string
  /** Set for a large file, unless its pointer was asked for. */
  readonly lfs: LfsPointer | null
  readonly etag: string
}

/**
 * Opens a file at a revision; with `asPointer` a large file gives the text that git keeps.
 * Throws `RevisionNotFound`, and `EntryNotFound` (with `X-Repo-Commit`) for a path that is missing, a folder, or a
 * large file that was deleted for good.
 */
export async function openFile(
  deps: BrowseDeps,
  repo: Repo,
  rev: string,
  path: string,
  options: { readonly asPointer?: boolean } = {},
): Promise<OpenFile> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const entry = path === '' ? null : await deps.store.findEntry(repo.id, commit.tree, path)
  if (entry?.kind !== 'blob') throw entryNotFound(path, commit.oid)
  const facts = (await deps.blobFacts.read(repo.id, [entry.oid])).get(entry.oid)
  if (!facts) throw await missingBlob(deps, repo, entry.oid)
  const base = { path, entry, commitOid: commit.oid }
  if (facts.pointer === null || options.asPointer) {
    const open = (range: ByteRange) => readBlob(deps, repo, entry.oid, range)
    return { ...base, lfs: null, etag: `"${entry.oid}"`, sizeBytes: facts.sizeBytes, open }
  }
  const source = await openLfsObject(deps, repo.id, facts.pointer.oid)
  if (!source) throw entryNotFound(path, commit.oid)
  return { ...base, lfs: facts.pointer, etag: `"${facts.pointer.oid}"`, ...source }
}

async function readBlob(deps: BrowseDeps, repo: Repo, oid: string, range: ByteRange): Promise<Readable> {
  const blob = await deps.store.readObject(repo.id, oid)
  if (!blob) throw await missingBlob(deps, repo, oid)
  const part = Buffer.from(blob.data.buffer, blob.data.byteOffset + range.start, range.endExclusive - range.start)
  return Readable.from([part], { objectMode: false })
}

/** A deletion between two reads is no fault of ours; a blob that is missing in a repository that stands is. */
async function missingBlob(deps: BrowseDeps, repo: Repo, oid: string): Promise<Error> {
  const stillThere = await findRepoById(deps.db, repo.id)
  return stillThere ? new Error(`blob ${oid} of ${repo.id} is missing`) : refuse('RepoNotFound')
}

/** The bytes of a large file that the repository holds; null when it does not. */
export async function openLfsObject(
  deps: Pick<BrowseDeps, 'db' | 'blobs'>,
  repoId: string,
  oid: string,
): Promise<ByteSource | null> {
  const object = (await findLfsObjects(deps.db, repoId, [oid])).get(oid)
  if (!object) return null
  const hash = xetHashOf(object.blobKey)
  if (hash !== null) return await openXorbs(deps, hash)
  const localPath = deps.blobs.localPath(object.blobKey)
  return {
    sizeBytes: Number(object.sizeBytes),
    ...(localPath === null ? {} : { localPath }),
    open: async (range) => {
      const blob = await deps.blobs.get(object.blobKey, range)
      if (!blob) throw refuse('Unavailable', 'The stored bytes of this file cannot be read now.')
      return blob.body
    },
  }
}

async function openXorbs(deps: Pick<BrowseDeps, 'db' | 'blobs'>, hash: string): Promise<ByteSource | null> {
  const file = await findXetFile(deps.db, hash)
  if (!file) return null
  return { sizeBytes: Number(file.sizeBytes), open: (range) => openXetFile(deps, file.terms, range) }
}
