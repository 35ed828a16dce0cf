import { refuse } from '@stoa/contracts'
import type { RepoDeps } from '../deps.js'
import type { CommitNode } from '../../git/index.js'
import type { Repo } from '../repo.js'
import { type CommitAuthor, makeCommit } from './commit-files.js'
import { planMerge } from './plan-merge.js'
import { editTree } from './tree-edit.js'

const SHOWN_CONFLICTS = 20

/**
 * Stores what `head` changed as one commit on `base`, whose id it answers; no ref moves. Throws `MergeConflict` with the files
 * that both sides changed.
 */
export async function storeMerge(
  deps: Pick<RepoDeps, 'store' | 'clock' | 'publicUrl'>,
  repo: Repo,
  sides: { readonly base: CommitNode; readonly head: CommitNode },
  said: { readonly author: CommitAuthor; readonly message: string },
): Promise<string> {
  const { base, head } = sides
  const plan = await planMerge(deps, repo, base, head)
  if (!plan) throw refuse('MergeConflict', 'This pull request changes too many files to be merged here. Use git.')
  if (plan.conflicts.length > 0)
    throw refuse('MergeConflict', `Both sides changed: ${plan.conflicts.slice(0, SHOWN_CONFLICTS).join(', ')}`)
  const readTree = (oid: string) => deps.store.readTree(repo.id, oid)
  const { rootOid, newTrees } = await editTree(readTree, base.tree, plan.edits)
  const commit = makeCommit(deps, said.author, { tree: rootOid, parents: [base.oid], message: said.message })
  const trees = newTrees.map((data) => ({ type: 'tree' as const, data }))
  const oids = await deps.store.writeObjects(repo.id, [...trees, { type: 'commit', data: commit }])
  return oids.at(-1) as string
}
