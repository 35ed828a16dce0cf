import { refuse } from '@stoa/contracts'
import { addEvent, comment, demandWrite, type Participant } from './change-discussion.js'
import type { DiscussionDeps } from './deps.js'
import { updateDiscussion } from './queries/discussion-events.js'

/** Tries against a branch that others push to. */
const MAX_TRIES = 20

/**
 * Puts what a pull request changed on its branch as one commit, whose id it answers. Throws `Conflict` for a draft, a
 * closed or a merged one, `MergeConflict` with the files that both sides changed.
 */
export async function mergePullRequest(deps: DiscussionDeps, by: Participant, text: string): Promise<string> {
  demandWrite(by)
  const { discussion } = by
  if (!discussion.isPullRequest) throw refuse('Conflict', 'This is no pull request.')
  if (discussion.status !== 'open')
    throw refuse('Conflict', `This pull request is ${discussion.status}; only an open one can be merged.`)
  for (let attempt = 1; ; attempt++) {
    try {
      const merged = await mergeOnto(deps, by)
      if (text !== '') await comment(deps, by, text)
      return merged
    } catch (error) {
      const isRace = (error as { code?: string }).code === 'RefConflict'
      if (!isRace || attempt === MAX_TRIES) throw error
    }
  }
}

async function mergeOnto(deps: DiscussionDeps, by: Participant): Promise<string> {
  const { discussion, repo, actor } = by
  const ref = discussion.baseRef ?? `refs/heads/${repo.defaultBranch}`
  const base = await deps.repos.getCommit(repo, ref)
  const head = await deps.repos.getCommit(repo, `refs/pr/${discussion.num}`)
  const author = { userId: actor.userId, name: actor.name }
  const message = `${discussion.title} (#${discussion.num})`
  const commitOid = await deps.repos.storeMerge(repo, { base, head }, { author, message })
  await addEvent(deps, by, async (tx, now) => {
    if (now.status !== 'open') throw refuse('Conflict', `This pull request is ${now.status}.`)
    const move = { repoId: repo.id, ref, before: base.oid, after: commitOid, actorId: actor.userId }
    await deps.repos.moveRef(tx, move)
    await updateDiscussion(tx, discussion.id, { status: 'merged', mergeCommit: commitOid })
    return { type: 'status-change', body: 'merged', earlier: null }
  })
  return commitOid
}
