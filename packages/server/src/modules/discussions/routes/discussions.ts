import { createDiscussion, DISCUSSION_PAGE, getDiscussion, listDiscussions, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { demandPullRequestRight, type Repo, repoPath } from '../../repos/index.js'
import type { DiscussionDeps } from '../deps.js'
import { openDiscussion } from '../open-discussion.js'
import { listDiscussionEvents } from '../queries/discussion-events.js'
import { type DiscussionRow, findDiscussion, listDiscussionRows } from '../queries/discussions.js'
import { showCommit, showDiscussion, showEvent, showOpening } from '../show-discussion.js'

/** Opening and reading discussions and pull requests (hub-api 2.01 to 2.03). */
export function bindDiscussions(http: Http, deps: DiscussionDeps): void {
  const hub = http.scope('hub')
  hub.bind(createDiscussion, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'read')
    demandPullRequestRight(asked.actor, repo)
    const { title, description } = asked.body
    const isPullRequest = asked.body.pullRequest ?? false
    const num = await openDiscussion(deps, asked.actor, repo, { title, description: description ?? '', isPullRequest })
    return { url: `${deps.publicUrl()}${repoPath(repo)}/discussions/${num}`, num, pullRequest: isPullRequest }
  })
  hub.bind(listDiscussions, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'read')
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
    const { repo } = await deps.repos.openRepo(asked, 'read')
    const row = await findDiscussion(deps.db, repo.id, Number(asked.params.num))
    if (!row) throw refuse('NotFound', 'There is no such discussion.')
    const diff = row.isPullRequest && asked.query.diff ? { diff: await diffOf(deps, repo, row) } : {}
    const pull = row.isPullRequest ? { ...(await describePull(deps, repo, row)), ...diff } : {}
    const told = (await listDiscussionEvents(deps.db, row.id)).map(showEvent)
    const commits = row.isPullRequest ? await listPullCommits(deps, repo, row) : []
    const later = [...told, ...commits].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    return { ...showDiscussion(repo, row), events: [showOpening(row), ...later], ...pull }
  })
}

/** Commits shown among the events of a pull request. */
const MAX_COMMITS = 100
/** Files of a pull request that are looked at for conflicts when it is shown. */
const LOOKED_AT_FILES = 500

async function listPullCommits(deps: DiscussionDeps, repo: Repo, row: DiscussionRow) {
  const ends = await findEnds(deps, repo, row)
  if (!ends) return []
  const commits = await deps.repos.listCommitsSince(repo, ends, MAX_COMMITS)
  return commits.map(({ commit, subject }) => showCommit(commit, subject))
}

/** Where the branch stands and where the pull request does; null when one of them is gone. */
async function findEnds(deps: DiscussionDeps, repo: Repo, row: DiscussionRow) {
  const base = await deps.repos.findCommit(repo, row.baseRef ?? `refs/heads/${repo.defaultBranch}`)
  const head = await deps.repos.findCommit(repo, `refs/pr/${row.num}`)
  return base && head ? { base, head } : null
}

async function describePull(deps: DiscussionDeps, repo: Repo, row: DiscussionRow) {
  const base = row.baseRef ?? `refs/heads/${repo.defaultBranch}`
  const changes = row.mergeCommit === null ? { base } : { base, mergeCommitId: row.mergeCommit }
  const ends = row.status === 'merged' ? null : await findEnds(deps, repo, row)
  if (!ends) return { changes, filesWithConflicts: false }
  // Only a look: beyond so many files the merge itself finds out.
  const plan = await deps.repos.planMerge(repo, ends, LOOKED_AT_FILES)
  const conflicts = plan?.conflicts ?? []
  return { changes, filesWithConflicts: conflicts.length > 0 && [...conflicts] }
}

async function diffOf(deps: DiscussionDeps, repo: Repo, row: DiscussionRow): Promise<string> {
  return await deps.repos.compare(repo, row.baseRef ?? repo.defaultBranch, `refs/pr/${row.num}`)
}

const STATUSES = { open: ['open', 'draft'], closed: ['closed', 'merged'] } as const
const NONE = { start: 0, limit: 0 }
