import { refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'

/** A pull request that a commit opens. */
export interface NewPullRequest {
  readonly repoId: string
  readonly title: string
  readonly description: string
  /** The branch it wants to change. */
  readonly baseRef: string
  readonly authorId: string
  readonly authorName: string
}

/** What a later module keeps of pull requests. Commits ask it, inside their own transaction where they open one. */
export interface PullRequests {
  /** Opens one; its number, which is also that of its ref `refs/pr/N`. */
  open(tx: Tx, pull: NewPullRequest): Promise<number>
  /** Who opened it; null when there is none with this number. */
  findAuthor(db: Db, repoId: string, num: number): Promise<string | null>
}

/** Without a module that keeps them there are none. */
export const NO_PULL_REQUESTS: PullRequests = {
  open: () => Promise.reject(refuse('Forbidden', 'Pull requests are disabled for this repository.')),
  findAuthor: () => Promise.resolve(null),
}
