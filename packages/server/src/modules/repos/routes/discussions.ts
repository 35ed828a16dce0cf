import { createDiscussion, DISCUSSION_PAGE, getDiscussion, listDiscussions, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { compareCommits } from '../browse/compare.js'
import { demandPullRequestRight } from '../commits/may-commit.js'
import { openDiscussion } from '../open-discussion.js'
import { type DiscussionRow, findDiscussion, listDiscussionRows } from '../queries/discussions.js'
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
  hub.bind(listDiscussions, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const { p, type, status, author } = asked.query
    const filter = {
      isPullRequest: type === undefined || type === 'all' ? null : type === 'pull_request',
      statuses: status === undefined || status === 'all' ? null : STATUSES[status],
      authorName: author ?? null,
    }
    const start = p * DISCUSSION_PAGE
    const { rows, count } = await listDiscussionRows(deps.db, repo.id, filter, { start, limit: DISCUSSION_PAGE })
    const closed = await listDiscussionRows(deps.db, repo.id, { ...filter, statuses: STATUSES.closed }, NONE)
    const discussions = rows.map((row) => showDiscussion(repo, row))
    return { discussions, count, start, numClosedDiscussions: closed.count }
  })
  hub.bind(getDiscussion, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const row = await findDiscussion(deps.db, repo.id, Number(asked.params.num))
    if (!row) throw refuse('NotFound', 'There is no such discussion.')
    const diff = row.isPullRequest && asked.query.diff ? { diff: await diffOf(deps, repo, row) } : {}
    const pull = row.isPullRequest
      ? { changes: { base: row.baseRef ?? `refs/heads/${repo.defaultBranch}` }, filesWithConflicts: false, ...diff }
      : {}
    return { ...showDiscussion(repo, row), events: [openingEvent(row)], ...pull }
  })
}

async function diffOf(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow): Promise<string> {
  return await compareCommits(deps, repo, row.baseRef ?? repo.defaultBranch, `refs/pr/${row.num}`)
}

const STATUSES = { open: ['open', 'draft'], closed: ['closed', 'merged'] } as const
const NONE = { start: 0, limit: 0 }

const authorOf = (row: DiscussionRow) => ({
  _id: row.authorId,
  name: row.authorName,
  fullname: row.authorName,
  type: 'user' as const,
})

function showDiscussion(repo: Repo, row: DiscussionRow) {
  return {
    num: row.num,
    title: row.title,
    createdAt: row.createdAt.toISOString(),
    status: row.status,
    isPullRequest: row.isPullRequest,
    repo: { name: repo.fullName, type: repo.type },
    author: authorOf(row),
    numComments: 1,
    pinned: false,
  }
}

/** The description, as the first comment. */
function openingEvent(row: DiscussionRow) {
  const author = authorOf(row)
  const createdAt = row.createdAt.toISOString()
  const latest = { raw: row.description, html: '', updatedAt: createdAt, author }
  const data = { edited: false, hidden: false, latest, numEdits: 0, reactions: [] }
  return { id: row.id, type: 'comment', createdAt, author, data }
}
