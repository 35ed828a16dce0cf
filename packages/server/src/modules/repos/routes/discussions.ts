import { parseCommit } from '@stoa/git'
import { createDiscussion, DISCUSSION_PAGE, getDiscussion, listDiscussions, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { compareCommits } from '../browse/compare.js'
import { demandPullRequestRight } from '../commits/may-commit.js'
import { openDiscussion } from '../discussions/open-discussion.js'
import { planMerge } from '../discussions/plan-merge.js'
import { showCommit, showDiscussion, showEvent, showOpening } from '../discussions/show-discussion.js'
import { listDiscussionEvents } from '../queries/discussion-events.js'
import { type DiscussionRow, findDiscussion, listDiscussionRows } from '../queries/discussions.js'
import { findRevision } from '../resolve-revision.js'
import { type Repo, repoPath } from '../repo.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Opening and reading discussions and pull requests (hub-api 2.01 to 2.03). */
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

async function listPullCommits(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow) {
  const ends = await findEnds(deps, repo, row)
  if (!ends) return []
  const shown = []
  const options = { exclude: [ends.base.oid], limit: MAX_COMMITS }
  for await (const commit of deps.store.walk(repo.id, [ends.head.oid], options)) {
    const object = await deps.store.readObject(repo.id, commit.oid)
    const subject = object ? (parseCommit(object.data).message.split('\n', 1)[0] ?? '') : ''
    shown.push(showCommit(commit, subject))
  }
  return shown
}

/** Where the branch stands and where the pull request does; null when one of them is gone. */
async function findEnds(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow) {
  const base = await findRevision(deps, repo, row.baseRef ?? `refs/heads/${repo.defaultBranch}`)
  const head = await findRevision(deps, repo, `refs/pr/${row.num}`)
  return base && head ? { base: base.commit, head: head.commit } : null
}

async function describePull(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow) {
  const base = row.baseRef ?? `refs/heads/${repo.defaultBranch}`
  const changes = row.mergeCommit === null ? { base } : { base, mergeCommitId: row.mergeCommit }
  const ends = row.status === 'merged' ? null : await findEnds(deps, repo, row)
  if (!ends) return { changes, filesWithConflicts: false }
  // Only a look: beyond so many files the merge itself finds out.
  const plan = await planMerge(deps, repo, ends.base, ends.head, LOOKED_AT_FILES)
  const conflicts = plan?.conflicts ?? []
  return { changes, filesWithConflicts: conflicts.length > 0 && [...conflicts] }
}

async function diffOf(deps: RepoRouteDeps, repo: Repo, row: DiscussionRow): Promise<string> {
  return await compareCommits(deps, repo, row.baseRef ?? repo.defaultBranch, `refs/pr/${row.num}`)
}

const STATUSES = { open: ['open', 'draft'], closed: ['closed', 'merged'] } as const
const NONE = { start: 0, limit: 0 }
