import { refuse } from '@stoa/contracts'
import { makeCommit } from '../commits/commit-files.js'
import { editTree } from '../commits/tree-edit.js'
import type { RepoDeps } from '../deps.js'
import { announce } from '../events.js'
import type { CommitNode } from '../git/store.js'
import { updateDiscussion } from '../queries/discussion-events.js'
import { touchRepo } from '../queries/repos.js'
import { resolveRevision } from '../resolve-revision.js'
import { addEvent, comment, demandWrite, type Participant } from './change-discussion.js'
import { planMerge } from './plan-merge.js'

/** Tries against a branch that others push to. */
const MAX_TRIES = 20
const SHOWN_CONFLICTS = 20

/**
 * Puts what a pull request changed on its branch as one commit, whose id it answers. Throws `Conflict` for a draft, a
 * closed or a merged one, `MergeConflict` with the files that both sides changed.
 */
export async function mergePullRequest(deps: RepoDeps, by: Participant, text: string): Promise<string> {
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

async function mergeOnto(deps: RepoDeps, by: Participant): Promise<string> {
  const { discussion, repo, actor } = by
  const refName = discussion.baseRef ?? `refs/heads/${repo.defaultBranch}`
  const base = (await resolveRevision(deps, repo, refName)).commit
  const head = (await resolveRevision(deps, repo, `refs/pr/${discussion.num}`)).commit
  const commitOid = await storeMerge(deps, by, base, head)
  await addEvent(deps, by, async (tx, now) => {
    if (now.status !== 'open') throw refuse('Conflict', `This pull request is ${now.status}.`)
    await deps.store.updateRefs(tx, repo.id, [{ name: refName, old: base.oid, new: commitOid }])
    await touchRepo(tx, repo.id, deps.clock.now())
    await updateDiscussion(tx, discussion.id, { status: 'merged', mergeCommit: commitOid })
    const moved = { repoId: repo.id, ref: refName, before: base.oid, after: commitOid, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.updated', moved)
    return { type: 'status-change', body: 'merged', earlier: null }
  })
  return commitOid
}

async function storeMerge(deps: RepoDeps, by: Participant, base: CommitNode, head: CommitNode): Promise<string> {
  const { repo, actor, discussion } = by
  const plan = await planMerge(deps, repo, base, head)
  if (!plan) throw refuse('MergeConflict', 'This pull request changes too many files to be merged here. Use git.')
  if (plan.conflicts.length > 0)
    throw refuse('MergeConflict', `Both sides changed: ${plan.conflicts.slice(0, SHOWN_CONFLICTS).join(', ')}`)
  const readTree = (oid: string) => deps.store.readTree(repo.id, oid)
  const { rootOid, newTrees } = await editTree(readTree, base.tree, plan.edits)
  const message = `${discussion.title} (#${discussion.num})`
  const author = { userId: actor.userId, name: actor.name }
  const commit = makeCommit(deps, author, { tree: rootOid, parents: [base.oid], message })
  const trees = newTrees.map((data) => ({ type: 'tree' as const, data }))
  const oids = await deps.store.writeObjects(repo.id, [...trees, { type: 'commit', data: commit }])
  return oids.at(-1) as string
}
