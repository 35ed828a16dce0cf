import type { CommitNode } from '../../git/index.js'
import { findPath, type ReadTree } from './walk-tree.js'

export type FindCommit = (oid: string) => Promise<CommitNode | null>

/** Commits one question may look at; paths last changed before them get no answer. */
const MAX_COMMITS = 3000

/**
 * For each path, the newest commit that changed it, as `git log -1 -- path` finds it: from a merge the search follows
 * a parent in which the path is the same. Reads only trees on the way to the paths.
 */
export async function findLastCommits(
  findCommit: FindCommit,
  readTree: ReadTree,
  start: CommitNode,
  paths: readonly string[],
): Promise<Map<string, CommitNode>> {
  const found = new Map<string, CommitNode>()
  const open = new Map<string, { commit: CommitNode; wanted: Set<string> }>()
  open.set(start.oid, { commit: start, wanted: new Set(paths) })
  for (let visited = 0; open.size > 0 && visited < MAX_COMMITS; visited++) {
    const { commit, wanted } = takeNewest(open)
    const left = new Set(wanted)
    for (const parentOid of commit.parents) {
      if (left.size === 0) break
      const parent = await findCommit(parentOid)
      if (!parent) continue
      const same = await unchangedPaths(readTree, commit.tree, parent.tree, [...left])
      if (same.length === 0) continue
      const queued = open.get(parent.oid) ?? { commit: parent, wanted: new Set<string>() }
      for (const path of same) {
        queued.wanted.add(path)
        left.delete(path)
      }
      open.set(parent.oid, queued)
    }
    for (const path of left) found.set(path, commit)
  }
  return found
}

/** Children before parents, so that every path reaches a commit once. */
export function takeNewest<T extends { commit: CommitNode }>(open: Map<string, T>): T {
  let best: T | null = null
  for (const one of open.values()) {
    if (best === null || one.commit.generation > best.commit.generation) best = one
  }
  if (best === null) throw new Error('nothing is open')
  open.delete(best.commit.oid)
  return best
}

/** Those of the paths that are the same entry in both trees. */
async function unchangedPaths(
  readTree: ReadTree,
  ours: string,
  theirs: string,
  paths: readonly string[],
): Promise<string[]> {
  if (ours === theirs) return [...paths]
  const same: string[] = []
  for (const [folder, names] of groupByFolder(paths)) {
    const [left, right] = await Promise.all([findPath(readTree, ours, folder), findPath(readTree, theirs, folder)])
    if (left?.kind !== 'tree' || right?.kind !== 'tree') continue
    const isWhole = left.oid === right.oid
    const before = isWhole ? null : new Map((await readTree(right.oid))?.map((entry) => [entry.name, entry]))
    const now = isWhole ? null : new Map((await readTree(left.oid))?.map((entry) => [entry.name, entry]))
    for (const { path, name } of names) {
      const [a, b] = [now?.get(name), before?.get(name)]
      if (isWhole || (a !== undefined && a.oid === b?.oid && a.mode === b.mode)) same.push(path)
    }
  }
  return same
}

function groupByFolder(paths: readonly string[]): Map<string, { path: string; name: string }[]> {
  const groups = new Map<string, { path: string; name: string }[]>()
  for (const path of paths) {
    const slash = path.lastIndexOf('/')
    const folder = slash < 0 ? '' : path.slice(0, slash)
    const group = groups.get(folder) ?? []
    group.push({ path, name: path.slice(slash + 1) })
    groups.set(folder, group)
  }
  return groups
}
