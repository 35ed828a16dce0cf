import { parseCommit } from '@stoa/git'
import type { RepoDeps } from '../deps.js'
import type { CommitNode } from '../git/store.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'

/** Counting stops here; a longer history says so many. */
const MAX_COUNTED = 100_000

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
  const objects = await deps.store.readObjects(
    repo.id,
    nodes.map((node) => node.oid),
  )
  const commits = nodes.map((node) => describe(node, objects.get(node.oid)?.data))
  return { commits, totalCount: await countCommits(deps, repo, commit) }
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
