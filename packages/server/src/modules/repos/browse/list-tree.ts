import { refuse, TREE_PAGE, TREE_PAGE_EXPANDED, type TreeEntryJson } from '@stoa/contracts'
import { type LfsPointer, parseCommit } from '@stoa/git'
import type { CommitNode } from '../../git/index.js'
import { findXetHashes } from '../queries/xet.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import type { BrowseDeps } from './browser.js'
import type { PathEntry } from './entry-facts.js'
import { findLastCommits } from './last-commits.js'
import { findPath, type ReadTree, rememberTrees, walkTree } from './walk-tree.js'

export interface TreeQuery {
  readonly recursive: boolean
  readonly expand: boolean
  /** 0 asks for the usual page. */
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface TreePage {
  readonly commitOid: string
  readonly entries: TreeEntryJson[]
  /** Where the next page starts; null on the last. */
  readonly cursor: string | null
}

/**
 * One page of a folder. A cursor names the commit of the first page, so that a push in between changes nothing.
 * Throws `RevisionNotFound`, and `EntryNotFound` for a path that is missing or a file.
 */
export async function listTree(
  deps: BrowseDeps,
  repo: Repo,
  rev: string,
  path: string,
  query: TreeQuery,
): Promise<TreePage> {
  const from = query.cursor === undefined ? null : readCursor(query.cursor)
  const { commit } = await resolveRevision(deps, repo, from?.commitOid ?? rev)
  const readTree = rememberTrees((oid) => deps.trees.read(repo.id, oid))
  const folder = await findPath(readTree, commit.tree, path)
  if (folder?.kind !== 'tree') throw entryNotFound(path, commit.oid)
  const usual = query.expand ? TREE_PAGE_EXPANDED : TREE_PAGE
  const limit = query.limit === 0 ? usual : Math.min(query.limit, usual)
  const page: PathEntry[] = []
  let isCut = false
  const fetch = (oids: readonly string[]) => deps.store.readObjects(repo.id, oids)
  const walk = { recursive: query.recursive, after: from?.after, fetch }
  for await (const run of walkTree(readTree, folder.oid, path, walk)) {
    isCut = page.length + run.length > limit
    page.push(...(isCut ? run.slice(0, limit - page.length) : run))
    if (isCut) break
  }
  const last = page.at(-1)?.path ?? ''
  const after = path === '' ? last : last.slice(path.length + 1)
  const cursor = isCut ? writeCursor({ commitOid: commit.oid, after }) : null
  const entries = await describeEntries(deps, repo, readTree, commit, page, query.expand)
  return { commitOid: commit.oid, entries, cursor }
}

/** The entries of those paths that exist, in the order asked. */
export async function listPaths(
  deps: BrowseDeps,
  repo: Repo,
  rev: string,
  paths: readonly string[],
  expand: boolean,
): Promise<TreeEntryJson[]> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const readTree = rememberTrees((oid) => deps.trees.read(repo.id, oid))
  const found: PathEntry[] = []
  for (const path of paths) {
    const entry = path === '' ? null : await findPath(readTree, commit.tree, path)
    if (entry && entry.kind !== 'commit') found.push({ path, entry })
  }
  return await describeEntries(deps, repo, readTree, commit, found, expand)
}

export function entryNotFound(path: string, commitOid: string): Error {
  const text = path === '' ? 'Entry not found' : `Entry not found: "${path}"`
  return refuse('EntryNotFound', text, {}, { headers: { 'x-repo-commit': commitOid } })
}

async function describeEntries(
  deps: BrowseDeps,
  repo: Repo,
  readTree: ReadTree,
  commit: CommitNode,
  items: readonly PathEntry[],
  expand: boolean,
): Promise<TreeEntryJson[]> {
  const blobs = items.filter(({ entry }) => entry.kind === 'blob').map(({ entry }) => entry.oid)
  const facts = await deps.blobFacts.read(repo.id, blobs)
  const largeOids = [...facts.values()].flatMap(({ pointer }) => (pointer ? [pointer.oid] : []))
  const xetHashes = await findXetHashes(deps.db, largeOids)
  const last = expand
    ? await describeLastCommits(
        deps,
        repo,
        readTree,
        commit,
        items.map(({ path }) => path),
      )
    : null
  return items.map(({ path, entry }) => {
    const lastCommit = last?.get(path)
    const more = lastCommit ? { lastCommit } : {}
    if (entry.kind !== 'blob') return { type: 'directory', oid: entry.oid, size: 0, path, ...more }
    const { sizeBytes, pointer } = facts.get(entry.oid) ?? { sizeBytes: 0, pointer: null }
    const lfs = pointer ? describePointer(pointer, sizeBytes, xetHashes.get(pointer.oid)) : {}
    return { type: 'file', oid: entry.oid, size: pointer?.sizeBytes ?? sizeBytes, path, ...lfs, ...more }
  })
}

function describePointer(pointer: LfsPointer, pointerSize: number, xetHash: string | undefined) {
  const lfs = { oid: pointer.oid, size: pointer.sizeBytes, pointerSize }
  return xetHash === undefined ? { lfs } : { lfs, xetHash }
}

type LastCommit = NonNullable<TreeEntryJson['lastCommit']>

async function describeLastCommits(
  deps: BrowseDeps,
  repo: Repo,
  readTree: ReadTree,
  commit: CommitNode,
  paths: readonly string[],
): Promise<Map<string, LastCommit>> {
  const commits = await lastCommitsOf(deps, repo, readTree, commit, paths)
  const objects = await deps.store.readObjects(repo.id, [...new Set([...commits.values()].map((one) => one.oid))])
  const described = new Map<string, LastCommit>()
  for (const [path, one] of commits) {
    const content = objects.get(one.oid)
    if (!content) continue
    const title = parseCommit(content.data).message.split('\n', 1)[0] ?? ''
    described.set(path, { id: one.oid, title, date: one.committedAt.toISOString() })
  }
  return described
}

/** Entries of a folder above which its last commits are found for all of them at once. */
const LONG_FOLDER = 2000

async function lastCommitsOf(
  deps: BrowseDeps,
  repo: Repo,
  readTree: ReadTree,
  commit: CommitNode,
  paths: readonly string[],
): Promise<Map<string, CommitNode>> {
  const folders = new Set(paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))
  const [folder = ''] = folders
  const tree = folders.size === 1 ? await findPath(readTree, commit.tree, folder) : null
  const isLong = tree?.kind === 'tree' && ((await readTree(tree.oid))?.length ?? 0) > LONG_FOLDER
  if (!isLong) return findLastCommits((oid) => deps.store.findCommit(repo.id, oid), readTree, commit, paths)
  const history = await deps.histories.read(repo.id, commit, folder)
  const found = new Map<string, CommitNode>()
  for (const path of paths) {
    const last = history.get(folder === '' ? path : path.slice(folder.length + 1))
    if (last) found.set(path, last)
  }
  return found
}

interface Cursor {
  readonly commitOid: string
  readonly after: string
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.commitOid}${cursor.after}`).toString('base64url')
}

function readCursor(text: string): Cursor {
  const plain = Buffer.from(text, 'base64url').toString('utf8')
  const match = /^([0-9a-f]{40})(.+)$/s.exec(plain)
  if (!match) throw refuse('InvalidRequest', 'This cursor is not one of ours.')
  return { commitOid: match[1] as string, after: match[2] as string }
}
