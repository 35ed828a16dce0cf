import { refuse } from '@stoa/contracts'
import type { RepoDeps } from './deps.js'
import type { CommitNode, GitRef } from '../git/index.js'
import type { Repo } from './repo.js'

type RevisionDeps = Pick<RepoDeps, 'db' | 'store'>

/** A revision as text, resolved. */
export interface Revision {
  readonly commit: CommitNode
  /** The ref it named; null for a commit id. */
  readonly ref: GitRef | null
}

const SHORTEST_PREFIX = 4
const FULL_OID = /^[0-9a-f]{40}$/i

/**
 * Resolves a branch, tag, `HEAD`, full ref name, or a commit id of 4 to 40 digits. A branch wins over a tag of the same
 * name. Throws `RevisionNotFound`.
 */
export async function resolveRevision(deps: RevisionDeps, repo: Repo, rev: string): Promise<Revision> {
  const found = await findRevision(deps, repo, rev)
  if (!found) throw revisionNotFound(rev)
  return found
}

export async function findRevision(deps: RevisionDeps, repo: Repo, rev: string): Promise<Revision | null> {
  // As in git, forty digits are the commit of that name, whatever refs are called.
  const named = FULL_OID.test(rev) ? await deps.store.findCommit(repo.id, rev.toLowerCase()) : null
  if (named) return { commit: named, ref: null }
  for (const name of refNames(repo, rev)) {
    const ref = await deps.store.findRef(deps.db, repo.id, name)
    const commit = ref ? await deps.store.findCommit(repo.id, ref.peeled ?? ref.oid) : null
    if (commit) return { commit, ref }
  }
  if (!/^[0-9a-f]{4,39}$/i.test(rev)) return null
  const oids = await matchPrefix(deps, repo, rev.toLowerCase())
  const commit = oids.length === 1 ? await deps.store.findCommit(repo.id, oids[0] as string) : null
  return commit ? { commit, ref: null } : null
}

export function refNames(repo: Pick<Repo, 'defaultBranch'>, rev: string): string[] {
  if (rev === 'HEAD') return [`refs/heads/${repo.defaultBranch}`]
  if (rev.startsWith('refs/')) return [rev]
  return [`refs/heads/${rev}`, `refs/tags/${rev}`]
}

async function matchPrefix(deps: RevisionDeps, repo: Repo, prefix: string): Promise<string[]> {
  return prefix.length < SHORTEST_PREFIX ? [] : await deps.store.findCommitsByPrefix(repo.id, prefix)
}

export function revisionNotFound(rev: string): Error {
  return refuse('RevisionNotFound', `Invalid rev id: ${rev}`)
}

/** A revision that arrived with raw slashes (`tree/refs/pr/1/folder`), put together again (hub-api, reading aid). */
export function splitRevision(rev: string, rest: string): { rev: string; path: string } {
  if (rev !== 'refs') return { rev, path: rest }
  const match = /^(heads\/[^/]+|tags\/[^/]+|pr\/\d+|convert\/[^/]+)(?:\/(.*))?$/s.exec(rest)
  return match ? { rev: `refs/${match[1]}`, path: match[2] ?? '' } : { rev, path: rest }
}
