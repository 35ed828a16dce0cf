import { refuse } from '@stoa/contracts'
import type { RepoDeps, SignedIn } from '../deps.js'
import { announce } from '../events.js'
import { insertDiscussion } from '../queries/discussions.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'

export interface DiscussionRequest {
  readonly title: string
  readonly description: string
  readonly isPullRequest: boolean
}

/** Opens a discussion, or a draft pull request whose ref starts at the head of the default branch; its number. */
export async function openDiscussion(
  deps: RepoDeps,
  actor: SignedIn,
  repo: Repo,
  request: DiscussionRequest,
): Promise<number> {
  if (repo.discussionsDisabled) throw refuse('Forbidden', 'Discussions are disabled for this repository.')
  const { title, description, isPullRequest } = request
  const base = isPullRequest ? (await resolveRevision(deps, repo, repo.defaultBranch)).commit.oid : null
  return await deps.write(async (tx) => {
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
    await deps.store.updateRefs(tx, repo.id, [{ name: ref, old: null, new: base }])
    const moved = { repoId: repo.id, ref, before: null, after: base, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.updated', moved)
    return num
  })
}
