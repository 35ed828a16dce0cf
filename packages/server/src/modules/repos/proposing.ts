import type { Tx } from '../../kit/db/database.js'
import type { BrowseDeps } from './browse/browser.js'
import { compareCommits } from './browse/compare.js'
import type { CommitAuthor } from './commits/commit-files.js'
import { listCommitsSince } from './commits/list-since.js'
import { type MergePlan, planMerge } from './commits/plan-merge.js'
import { storeMerge } from './commits/store-merge.js'
import { announce } from './events.js'
import type { CommitNode } from '../git/index.js'
import { lockRepo, touchRepo } from './queries/repos.js'
import type { Repo } from './repo.js'
import { findRevision, resolveRevision } from './resolve-revision.js'

/** A ref that moves; `before` is null for a new one. */
export interface RefMove {
  readonly repoId: string
  readonly ref: string
  readonly before: string | null
  readonly after: string
  readonly actorId: string
}

export interface Sides {
  readonly base: CommitNode
  readonly head: CommitNode
}

/** What the module that keeps pull requests may ask: git's part of proposing and merging. */
export function createProposing(deps: BrowseDeps) {
  const move = async (tx: Tx, { repoId, ref, before, after, actorId }: RefMove): Promise<void> => {
    await deps.store.updateRefs(tx, repoId, [{ name: ref, old: before, new: after }])
    await announce(deps.events, tx, 'repos.updated', { repoId, ref, before, after, actorId })
  }
  return {
    /** Commit of a revision. Throws `RevisionNotFound`. */
    getCommit: async (repo: Repo, rev: string): Promise<CommitNode> => (await resolveRevision(deps, repo, rev)).commit,
    /** The same, or null. */
    findCommit: async (repo: Repo, rev: string): Promise<CommitNode | null> =>
      (await findRevision(deps, repo, rev))?.commit ?? null,
    /** Unified diff between two revisions. Throws `RevisionNotFound`. */
    compare: (repo: Repo, base: string, head: string): Promise<string> => compareCommits(deps, repo, base, head),
    listCommitsSince: (repo: Repo, sides: Sides, limit: number) => listCommitsSince(deps, repo, sides, limit),
    /** What a merge would change, and what stands in its way; null when it changes more than `maxFiles`. */
    planMerge: (repo: Repo, { base, head }: Sides, maxFiles: number): Promise<MergePlan | null> =>
      planMerge(deps, repo, base, head, maxFiles),
    /** Stores a merge; no ref moves. Throws `MergeConflict`. */
    storeMerge: (repo: Repo, sides: Sides, said: { readonly author: CommitAuthor; readonly message: string }) =>
      storeMerge(deps, repo, sides, said),
    /** Holds the repository's row until the transaction ends. */
    lockRepo,
    /** Makes a ref and tells of it. Throws `RefConflict`. */
    createRef: move,
    /** Moves a ref, which changes the repository, and tells of it. Throws `RefConflict`. */
    moveRef: async (tx: Tx, one: RefMove): Promise<void> => {
      await move(tx, one)
      await touchRepo(tx, one.repoId, deps.clock.now())
    },
  }
}
