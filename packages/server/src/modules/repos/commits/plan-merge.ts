import { changedFiles } from '../browse/compare.js'
import { rememberTrees } from '../browse/walk-tree.js'
import type { RepoDeps } from '../deps.js'
import type { CommitNode } from '../../git/index.js'
import type { Repo } from '../repo.js'
import type { TreeEdit } from './tree-edit.js'

/** Commits looked at for the point where two branches parted; beyond, every difference counts as a change. */
const MAX_COMMITS = 20_000
/** Files a merge may change. */
export const MERGE_MAX_FILES = 50_000

export interface MergePlan {
  /** What the other side changed since it left the base, on top of the base's head. */
  readonly edits: readonly TreeEdit[]
  /** Files that both sides changed, each in its way. */
  readonly conflicts: readonly string[]
}

/** Compares by file: a file changed on one side only is taken from there; lines are never mixed. Null: too many files. */
export async function planMerge(
  deps: Pick<RepoDeps, 'store'>,
  repo: Repo,
  base: CommitNode,
  head: CommitNode,
  maxFiles = MERGE_MAX_FILES,
): Promise<MergePlan | null> {
  const parted = await findMergeBase(deps, repo, base, head)
  const readTree = rememberTrees((oid) => deps.store.readTree(repo.id, oid))
  const edits: TreeEdit[] = []
  const conflicts: string[] = []
  let files = 0
  for await (const { path, before, after } of changedFiles(readTree, parted?.tree ?? null, head.tree, '')) {
    if (++files > maxFiles) return null
    const now = await deps.store.findEntry(repo.id, base.tree, path)
    if (now?.oid === after?.oid && now?.mode === after?.mode) continue
    const isTouched = now?.oid !== before?.oid || now?.mode !== before?.mode
    if (isTouched) conflicts.push(path)
    else if (after) edits.push({ kind: 'put', path, oid: after.oid, mode: after.mode })
    else edits.push({ kind: 'delete', path, what: 'entry' })
  }
  return { edits, conflicts }
}

/** The newest commit that both have; null when there is none, or none among the first many. */
async function findMergeBase(
  deps: Pick<RepoDeps, 'store'>,
  repo: Repo,
  base: CommitNode,
  head: CommitNode,
): Promise<CommitNode | null> {
  if (await deps.store.isAncestor(repo.id, base.oid, head.oid)) return base
  const onBase = new Set<string>()
  for await (const commit of deps.store.walk(repo.id, [base.oid], { limit: MAX_COMMITS })) onBase.add(commit.oid)
  for await (const commit of deps.store.walk(repo.id, [head.oid], { limit: MAX_COMMITS }))
    if (onBase.has(commit.oid)) return commit
  return null
}
