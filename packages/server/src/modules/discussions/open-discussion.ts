import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { NewPullRequest, Repo } from '../repos/index.js'
import type { DiscussionDeps, SignedIn } from './deps.js'
import { insertDiscussion } from './queries/discussions.js'

export interface DiscussionRequest {
  readonly title: string
  readonly description: string
  readonly isPullRequest: boolean
}

/** Opens a discussion, or a draft pull request whose ref starts at the head of the default branch; its number. */
export async function openDiscussion(
  deps: DiscussionDeps,
  actor: SignedIn,
  repo: Repo,
  request: DiscussionRequest,
): Promise<number> {
  if (repo.discussionsDisabled) throw refuse('Forbidden', 'Discussions are disabled for this repository.')
  const { title, description, isPullRequest } = request
  const base = isPullRequest ? await deps.repos.resolveRevision(repo, repo.defaultBranch) : null
  return await deps.write(async (tx) => {
    await deps.repos.lockRepo(tx, repo.id)
    const num = await insertDiscussion(tx, {
      id: deps.ids.next(),
      repoId: repo.id,
      title,
      description,
      status: isPullRequest ? 'draft' : 'open',
      isPullRequest,
      baseRef: isPullRequest ? `refs/heads/${repo.defaultBranch}` : null,
      authorId: actor.userId,
      authorName: actor.name,
      createdAt: deps.clock.now(),
    })
    if (base === null) return num
    const ref = `refs/pr/${num}`
    await deps.repos.createRef(tx, { repoId: repo.id, ref, before: null, after: base, actorId: actor.userId })
    return num
  })
}

/** Keeps the pull request that a commit opens, in the commit's transaction, which also makes its ref; its number. */
export async function keepPullRequest(deps: DiscussionDeps, tx: Tx, pull: NewPullRequest): Promise<number> {
  await deps.repos.lockRepo(tx, pull.repoId)
  return await insertDiscussion(tx, {
    ...pull,
    id: deps.ids.next(),
    status: 'open',
    isPullRequest: true,
    createdAt: deps.clock.now(),
  })
}
