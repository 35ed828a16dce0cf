import type { RepoDeps } from '../deps.js'
import type { GitRef } from '../../git/index.js'
import type { Repo } from '../repo.js'

/** A ref as lists show it; `name` is short. */
export interface RefInfo {
  readonly name: string
  readonly ref: string
  readonly targetCommit: string
}

export interface RefLists {
  readonly branches: RefInfo[]
  readonly tags: RefInfo[]
  readonly converts: RefInfo[]
  readonly pullRequests: RefInfo[]
}

const PREFIXES = {
  branches: 'refs/heads/',
  tags: 'refs/tags/',
  converts: 'refs/convert/',
  pullRequests: 'refs/pr/',
} as const

/** Every ref of a repository by kind; annotated tags show the commit behind them. */
export async function listRefs(deps: RepoDeps, repo: Repo): Promise<RefLists> {
  const refs = await deps.store.listRefs(deps.db, repo.id)
  const under = (prefix: string): RefInfo[] =>
    refs.filter((ref) => ref.name.startsWith(prefix)).map((ref) => describe(ref, prefix))
  return {
    branches: under(PREFIXES.branches),
    tags: under(PREFIXES.tags),
    converts: under(PREFIXES.converts),
    pullRequests: under(PREFIXES.pullRequests),
  }
}

function describe(ref: GitRef, prefix: string): RefInfo {
  return { name: ref.name.slice(prefix.length), ref: ref.name, targetCommit: ref.peeled ?? ref.oid }
}
