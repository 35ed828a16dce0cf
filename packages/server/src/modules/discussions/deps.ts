import type { Actor } from '../../kit/http/actor.js'
import type { Kit } from '../../kit/kit.js'
import type { Repos } from '../repos/index.js'

/** What discussions use of repositories. */
export type DiscussedRepos = Pick<
  Repos,
  | 'compare'
  | 'createRef'
  | 'findCommit'
  | 'getCommit'
  | 'listCommitsSince'
  | 'lockRepo'
  | 'moveRef'
  | 'openRepo'
  | 'planMerge'
  | 'providePullRequests'
  | 'provideRoots'
  | 'resolveRevision'
  | 'storeMerge'
>

/** What the operations of this module are given. */
export interface DiscussionDeps extends Kit {
  readonly repos: DiscussedRepos
}

export type SignedIn = Extract<Actor, { kind: 'user' }>
