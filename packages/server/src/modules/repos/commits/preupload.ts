import type { BrowseDeps } from '../browse/browser.js'
import { findPath, type ReadTree, rememberTrees } from '../browse/walk-tree.js'
import { parseLfsAttributes } from '../files/attributes.js'
import { isIgnored, parseIgnore } from '../files/ignore.js'
import { uploadModeOf } from '../files/upload-mode.js'
import type { CommitNode } from '../../git/index.js'
import type { Repo } from '../repo.js'
import { findRevision, revisionNotFound } from '../resolve-revision.js'
import { checkedPath } from './collect-edits.js'
import { writableRef } from './commit-files.js'

export interface PreuploadFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sample: Uint8Array | null
}

export interface PreuploadAnswer {
  readonly path: string
  readonly uploadMode: 'lfs' | 'regular'
  readonly shouldIgnore: boolean
  /** What stands at the path now: git id of a regular file, SHA-256 of a large one. */
  readonly oid?: string
}

export interface PreuploadRequest {
  readonly rev: string
  readonly files: readonly PreuploadFile[]
  /** The committer's own files, which win over those in the repository. */
  readonly gitAttributes?: string | null | undefined
  readonly gitIgnore?: string | null | undefined
}

const MAX_RULES_BYTES = 512 * 1024

/** Tells for each file how to upload it. Throws `RevisionNotFound` for a missing branch, `InvalidPath`. */
export async function preuploadFiles(
  deps: BrowseDeps,
  repo: Repo,
  request: PreuploadRequest,
): Promise<{ files: PreuploadAnswer[]; commitOid: string | null }> {
  for (const file of request.files) checkedPath(file.path, deps.accounts.isLenient())
  const commit = await findHead(deps, repo, request.rev)
  const readTree = rememberTrees((oid) => deps.store.readTree(repo.id, oid))
  const own = async (name: string): Promise<string> =>
    commit ? await readText(deps, repo, readTree, commit, name) : ''
  const attributes = parseLfsAttributes(request.gitAttributes ?? (await own('.gitattributes')))
  const ignore = parseIgnore(request.gitIgnore ?? (await own('.gitignore')))
  const current = commit ? await currentOids(deps, repo, readTree, commit, request.files) : new Map<string, string>()
  const files = request.files.map((file): PreuploadAnswer => {
    const oid = current.get(file.path)
    return {
      path: file.path,
      uploadMode: uploadModeOf(file, attributes),
      shouldIgnore: isIgnored(ignore, file.path),
      ...(oid === undefined ? {} : { oid }),
    }
  })
  return { files, commitOid: commit?.oid ?? null }
}

async function findHead(deps: BrowseDeps, repo: Repo, rev: string): Promise<CommitNode | null> {
  const refName = writableRef(repo, rev)
  const found = refName === null ? null : await findRevision(deps, repo, refName)
  if (found) return found.commit
  const isEmpty = (await deps.store.listRefs(deps.db, repo.id, 'refs/heads/')).length === 0
  if (isEmpty && refName === `refs/heads/${repo.defaultBranch}`) return null
  throw revisionNotFound(rev)
}

async function readText(
  deps: BrowseDeps,
  repo: Repo,
  readTree: ReadTree,
  commit: CommitNode,
  path: string,
): Promise<string> {
  const entry = await findPath(readTree, commit.tree, path)
  if (entry?.kind !== 'blob') return ''
  const size = (await deps.blobFacts.read(repo.id, [entry.oid])).get(entry.oid)?.sizeBytes ?? 0
  if (size > MAX_RULES_BYTES) return ''
  const blob = await deps.store.readObject(repo.id, entry.oid)
  return blob ? Buffer.from(blob.data).toString('utf8') : ''
}

async function currentOids(
  deps: BrowseDeps,
  repo: Repo,
  readTree: ReadTree,
  commit: CommitNode,
  files: readonly PreuploadFile[],
): Promise<Map<string, string>> {
  const blobs = new Map<string, string>()
  for (const { path } of files) {
    const entry = await findPath(readTree, commit.tree, path)
    if (entry?.kind === 'blob') blobs.set(path, entry.oid)
  }
  const facts = await deps.blobFacts.read(repo.id, [...blobs.values()])
  return new Map([...blobs].map(([path, oid]) => [path, facts.get(oid)?.pointer?.oid ?? oid]))
}
