import type { Http } from '../../kit/http/server.js'
import type { Module } from '../../kit/kit.js'
import type { DiscussionDeps } from './deps.js'
import { keepPullRequest } from './open-discussion.js'
import { findPullRequestAuthor, listMergeCommits } from './queries/discussions.js'
import { bindDiscussionChanges } from './routes/discussion-changes.js'
import { bindDiscussions } from './routes/discussions.js'

/** Talk about repositories, and pull requests: what is proposed, said and merged. */
export function createDiscussions(deps: DiscussionDeps): Module {
  deps.repos.providePullRequests({
    open: (tx, pull) => keepPullRequest(deps, tx, pull),
    findAuthor: findPullRequestAuthor,
  })
  deps.repos.provideRoots(listMergeCommits)
  return {
    routes: (http: Http): void => {
      bindDiscussions(http, deps)
      bindDiscussionChanges(http, deps)
    },
  }
}
