import type { CommitNode } from '../../git/index.js'
import type { RepoDeps } from '../deps.js'
import { takeNewest } from './last-commits.js'
import { changedNames } from './changed-names.js'
import { findPath } from './walk-tree.js'

/** Commits looked at for one folder, and bytes of its trees; entries last changed before them get no answer. */
const MAX_COMMITS = 3000
const MAX_TREE_BYTES = 1024 * 1024 * 1024
/** Entries of all folders that are remembered; about 100 bytes each. */
const MAX_REMEMBERED_ENTRIES = 400_000

/** For each name of a folder the newest commit that changed it. */
export type FolderHistory = ReadonlyMap<string, CommitNode>

/** Finds the last commits of all entries of a long folder at once, and remembers them: they follow from the commit. */
export interface FolderHistoryReader {
  read(repoId: string, commit: CommitNode, folder: string): Promise<FolderHistory>
}

export function createFolderHistoryReader(store: RepoDeps['store']): FolderHistoryReader {
  const remembered = new Map<string, { reading: Promise<FolderHistory>; entries: number }>()
  let entries = 0
  return {
    read: (repoId, commit, folder) => {
      const key = `${repoId}:${commit.oid}:${folder}`
      const known = remembered.get(key)
      if (known) return known.reading
      const kept = { reading: findFolderHistory(store, repoId, commit, folder), entries: 0 }
      remembered.set(key, kept)
      const forget = (old: string): void => {
        entries -= remembered.get(old)?.entries ?? 0
        remembered.delete(old)
      }
      const settle = async (): Promise<void> => {
        kept.entries = (await kept.reading).size
        entries += kept.entries
        for (const old of remembered.keys()) {
          if (entries <= MAX_REMEMBERED_ENTRIES) break
          if (old !== key) forget(old)
        }
      }
      settle().catch(() => forget(key))
      return kept.reading
    },
  }
}

interface Step {
  readonly commit: CommitNode
  wanted: Set<string>
}

/**
 * As `git log -1` for every name of the folder: from a merge the search follows a parent in which the entry is the same.
 * Names that did not change move on as one set, so a commit costs what it changed and one comparison of two trees.
 */
async function findFolderHistory(
  store: RepoDeps['store'],
  repoId: string,
  start: CommitNode,
  folder: string,
): Promise<FolderHistory> {
  const budget = { bytes: MAX_TREE_BYTES }
  const treeOf = async (commit: CommitNode): Promise<{ oid: string; data: Buffer } | null> => {
    const entry = await findPath((oid) => store.readTree(repoId, oid), commit.tree, folder)
    const object = entry?.kind === 'tree' ? await store.readObject(repoId, entry.oid) : null
    if (!entry || !object) return null
    budget.bytes -= object.data.length
    return { oid: entry.oid, data: Buffer.from(object.data.buffer, object.data.byteOffset, object.data.length) }
  }
  const found = new Map<string, CommitNode>()
  const first = await treeOf(start)
  if (!first) return found
  const none = Buffer.alloc(0)
  const open = new Map<string, Step>([[start.oid, { commit: start, wanted: new Set(changedNames(first.data, none)) }]])
  let last: { commitOid: string; tree: { oid: string; data: Buffer } } = { commitOid: start.oid, tree: first }
  for (let seen = 0; open.size > 0 && seen < MAX_COMMITS && budget.bytes > 0; seen++) {
    const { commit, wanted } = takeNewest(open)
    const tree = last.commitOid === commit.oid ? last.tree : await treeOf(commit)
    let left = wanted
    for (const parentOid of commit.parents) {
      if (left.size === 0 || !tree) break
      const parent = await store.findCommit(repoId, parentOid)
      const before = parent ? await treeOf(parent) : null
      if (!parent || !before) continue
      last = { commitOid: parent.oid, tree: before }
      const changed = before.oid === tree.oid ? [] : changedNames(tree.data, before.data)
      const moved = left
      left = new Set(changed.filter((name) => moved.delete(name)))
      moveOn(open, parent, moved)
    }
    for (const name of left) found.set(name, commit)
  }
  return found
}

function moveOn(open: Map<string, Step>, commit: CommitNode, names: Set<string>): void {
  if (names.size === 0) return
  const queued = open.get(commit.oid)
  if (!queued) return void open.set(commit.oid, { commit, wanted: names })
  const [large, small] = queued.wanted.size > names.size ? [queued.wanted, names] : [names, queued.wanted]
  for (const name of small) large.add(name)
  queued.wanted = large
}
