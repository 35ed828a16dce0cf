import { createDiscussion, getDiscussion, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { compareCommits } from '../browse/compare.js'
import { demandPullRequestRight } from '../commits/may-commit.js'
import { openDiscussion } from '../open-discussion.js'
import { type DiscussionRow, findDiscussion } from '../queries/discussions.js'
import { type Repo, repoPath } from '../repo.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Opening and reading discussions: what pull requests by commit need. The rest belongs to community. */
export function bindDiscussions(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(createDiscussion, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    demandPullRequestRight(asked.actor, repo)
    const { title, description } = asked.body
    const isPullRequest = asked.body.pullRequest ?? false
    const num = await openDiscussion(deps, asked.actor, repo, { title, description: description ?? '', isPullRequest })
    return { url: `${deps.publicUrl()}${repoPath(repo)}/discussions/${num}`, num, pullRequest: isPullRequest }
  })
  hub.bind(getDiscussion, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const row = await findDiscussion(deps.db, repo.id, Number(asked.params.num))
    if (!row) throw refuse('NotFound', 'There is no such discussion.')
    const diff = row.isPullRequest && asked.query.diff ? { diff: await diffOf(deps, repo, row) } : {}
    const pull = row.isPullRequest
      ? { changes: { base: row.baseRef ?? `refs/heads/${repo.defaultBranch}` }, filesWithConflicts: false, ...diff }
      : {}
    return { ...showDiscussion(repo, row), ...pull }
  })
}

async function diffOf(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow): Promise<string> {
  return await compareCommits(deps, repo, row.baseRef ?? repo.defaultBranch, `refs/pr/${row.num}`)
}

function showDiscussion(repo: Repo, row: DiscussionRow) {
  const author = { _id: row.authorId, name: row.authorName, fullname: row.authorName, type: 'user' as const }
  const createdAt = row.createdAt.toISOString()
  const latest = { raw: row.description, html: '', updatedAt: createdAt, author }
  const data = { edited: false, hidden: false, latest, numEdits: 0, reactions: [] }
  return {
    num: row.num,
    title: row.title,
    createdAt,
    status: row.status,
    isPullRequest: row.isPullRequest,
    repo: { name: repo.fullName, type: repo.type },
    author,
    numComments: 1,
    pinned: false,
    events: [{ id: row.id, type: 'comment', createdAt, author, data }],
  }
}
