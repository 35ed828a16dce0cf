import { parseCommit } from '@stoa/git'
import type { RepoDeps } from '../deps.js'
import type { CommitNode } from '../../git/index.js'
import { findPath } from './walk-tree.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'

/** Counting stops here; a longer history says so many. */
const MAX_COUNTED = 100_000
/** Commits looked at for the history of one path. */
const MAX_FOLLOWED = 5000

export interface CommitInfo {
  readonly oid: string
  readonly title: string
  /** What follows the title. */
  readonly message: string
  readonly authorName: string
  readonly date: Date
}

export interface CommitPage {
  readonly commits: CommitInfo[]
  readonly totalCount: number
}

/** History of a revision, newest first. Throws `RevisionNotFound`. */
export async function listCommits(
  deps: RepoDeps,
  repo: Repo,
  rev: string,
  page: { readonly skip: number; readonly limit: number },
): Promise<CommitPage> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const nodes: CommitNode[] = []
  for await (const node of deps.store.walk(repo.id, [commit.oid], page)) nodes.push(node)
  return { commits: await describeAll(deps, repo, nodes), totalCount: await countCommits(deps, repo, commit) }
}

/** Commits that changed a path, newest first, and whether there are more. Throws `RevisionNotFound`. */
export async function listPathCommits(
  deps: RepoDeps,
  repo: Repo,
  rev: string,
  page: { readonly path: string; readonly skip: number; readonly limit: number },
): Promise<{ commits: CommitInfo[]; hasMore: boolean }> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const nodes: CommitNode[] = []
  let skipped = 0
  for await (const node of followPath(deps, repo, commit, page.path)) {
    if (skipped++ < page.skip) continue
    if (nodes.length === page.limit) return { commits: await describeAll(deps, repo, nodes), hasMore: true }
    nodes.push(node)
  }
  return { commits: await describeAll(deps, repo, nodes), hasMore: false }
}

/** As `git log -- path` walks: into a parent where the path is the same, else past a commit that changed it. */
async function* followPath(deps: RepoDeps, repo: Repo, start: CommitNode, path: string): AsyncGenerator<CommitNode> {
  const entryAt = async (commit: CommitNode): Promise<string | null> => {
    const entry = await findPath((oid) => deps.store.readTree(repo.id, oid), commit.tree, path)
    return entry && `${entry.mode} ${entry.oid}`
  }
  let commit = start
  let entry = await entryAt(start)
  for (let seen = 0; seen < MAX_FOLLOWED; seen++) {
    let next: { commit: CommitNode; entry: string | null } | null = null
    let isSame = false
    for (const oid of commit.parents) {
      const parent = await deps.store.findCommit(repo.id, oid)
      if (!parent) continue
      const before = { commit: parent, entry: await entryAt(parent) }
      isSame = before.entry === entry
      next = isSame ? before : (next ?? before)
      if (isSame) break
    }
    if (!isSame && (entry !== null || next !== null)) yield commit
    if (!next) return
    ;({ commit, entry } = next)
  }
}

async function describeAll(deps: RepoDeps, repo: Repo, nodes: readonly CommitNode[]): Promise<CommitInfo[]> {
  const objects = await deps.store.readObjects(
    repo.id,
    nodes.map((node) => node.oid),
  )
  return nodes.map((node) => describe(node, objects.get(node.oid)?.data))
}

function describe(node: CommitNode, data: Uint8Array | undefined): CommitInfo {
  if (!data) throw new Error(`commit ${node.oid} is missing`)
  const { message, author } = parseCommit(data)
  const [title = '', ...rest] = message.trimEnd().split('\n')
  return { oid: node.oid, title, message: rest.join('\n').trim(), authorName: author.name, date: node.committedAt }
}

async function countCommits(deps: RepoDeps, repo: Repo, start: CommitNode): Promise<number> {
  let count = 0
  for await (const _node of deps.store.walk(repo.id, [start.oid], { limit: MAX_COUNTED })) count++
  return count
}
