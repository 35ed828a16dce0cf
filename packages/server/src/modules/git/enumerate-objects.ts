import { type ObjectFilter, scanTree } from '@stoa/git'
import type { ParentsOf } from './commit-graph.js'
import type { ObjectReader } from './object-reader.js'
import type { CommitNode } from './store.js'

/** Commits whose trees are compared in one go. */
const COMMITS_AT_ONCE = 256
const TREES_AT_ONCE = 4_000

export interface Enumeration {
  readonly repoId: string
  /** Any order; parents that the client has or gets are compared with, so that only differences are read. */
  readonly commits: readonly CommitNode[]
  /** Parents that the client will have. */
  readonly parentsOf: ParentsOf
  readonly filter: ObjectFilter | null
  /** Trees of those parents, by commit. */
  treeOf(commitOid: string): Promise<string | null>
}

/** What to send of a set of commits, besides the commits. Oids may repeat between calls but not within one. */
export interface EnumeratedObjects {
  readonly trees: Set<string>
  readonly blobs: Set<string>
}

interface TreePair {
  readonly oid: string
  /** Trees at the same place that the client has. */
  readonly bases: readonly string[]
  readonly depth: number
}

/**
 * Finds the trees and blobs of commits that are not at the same place in their parents, level by level, reading only
 * trees that differ. `isEnough` is asked after each batch; true ends the search early.
 */
export async function enumerateObjects(
  reader: ObjectReader,
  request: Enumeration,
  isEnough: (found: EnumeratedObjects) => boolean = () => false,
): Promise<EnumeratedObjects> {
  const found: EnumeratedObjects = { trees: new Set(), blobs: new Set() }
  const maxDepth = request.filter?.kind === 'treeDepth' ? request.filter.depth : Number.MAX_SAFE_INTEGER
  const walk = new TreeWalk(reader, request.repoId, found, maxDepth)
  if (maxDepth === 0) return found
  for (let at = 0; at < request.commits.length; at += COMMITS_AT_ONCE) {
    const roots: TreePair[] = []
    for (const commit of request.commits.slice(at, at + COMMITS_AT_ONCE)) {
      const bases = await Promise.all(request.parentsOf(commit).map((parent) => request.treeOf(parent)))
      roots.push({ oid: commit.tree, bases: bases.filter((base) => base !== null), depth: 0 })
    }
    await walk.run(roots)
    if (isEnough(found)) break
  }
  await dropLargeBlobs(reader, request, found.blobs)
  return found
}

/** Every tree and blob below one tree, without comparison. */
export async function enumerateTree(reader: ObjectReader, repoId: string, tree: string, filter: ObjectFilter | null) {
  const commit: CommitNode = { oid: '', tree, parents: [], generation: 1, committedAt: new Date(0) }
  const request = { repoId, commits: [commit], parentsOf: () => [], filter, treeOf: async () => null }
  return enumerateObjects(reader, request)
}

async function dropLargeBlobs(reader: ObjectReader, request: Enumeration, blobs: Set<string>): Promise<void> {
  const { filter, repoId } = request
  if (filter?.kind !== 'blobLimit') return
  if (filter.bytes === 0) return blobs.clear()
  for (const [oid, info] of await reader.readInfo(repoId, [...blobs]))
    if (info.sizeBytes >= filter.bytes) blobs.delete(oid)
}

class TreeWalk {
  private readonly reader: ObjectReader
  private readonly repoId: string
  private readonly found: EnumeratedObjects
  private readonly maxDepth: number
  /** Depth at which a tree was opened, by its oid and those it was compared with; a filter by depth opens it again where it lies higher. */
  private readonly openedAt = new Map<string, number>()

  constructor(reader: ObjectReader, repoId: string, found: EnumeratedObjects, maxDepth: number) {
    this.reader = reader
    this.repoId = repoId
    this.found = found
    this.maxDepth = maxDepth
  }

  async run(roots: readonly TreePair[]): Promise<void> {
    let level = this.fresh(roots)
    while (level.length > 0) {
      const below: TreePair[] = []
      for (let at = 0; at < level.length; at += TREES_AT_ONCE) {
        const part = level.slice(at, at + TREES_AT_ONCE)
        const trees = await this.readTrees(part.flatMap((pair) => [pair.oid, ...pair.bases]))
        for (const pair of part) this.compare(pair, trees, below)
      }
      level = this.fresh(below)
    }
  }

  private fresh(pairs: readonly TreePair[]): TreePair[] {
    return pairs.filter((pair) => {
      if (pair.bases.includes(pair.oid) || pair.depth >= this.maxDepth) return false
      // What was found of a tree is only what it has over those bases: after a revert the same tree comes with others.
      const against = [pair.oid, ...[...pair.bases].sort()].join(' ')
      if (this.isOpened(pair.oid, pair.depth) || this.isOpened(against, pair.depth)) return false
      this.openedAt.set(against, pair.depth)
      this.found.trees.add(pair.oid)
      return true
    })
  }

  private isOpened(key: string, depth: number): boolean {
    const before = this.openedAt.get(key)
    return before !== undefined && (before <= depth || this.maxDepth === Number.MAX_SAFE_INTEGER)
  }

  private async readTrees(oids: readonly string[]): Promise<Map<string, Buffer>> {
    const objects = await this.reader.readObjects(this.repoId, [...new Set(oids)])
    return new Map([...objects].map(([oid, { type, data }]) => [oid, type === 'tree' ? asBuffer(data) : NO_BYTES]))
  }

  private compare(pair: TreePair, trees: ReadonlyMap<string, Buffer>, below: TreePair[]): void {
    const tree = trees.get(pair.oid)
    if (tree === undefined) throw new Error(`tree ${pair.oid} is missing`)
    const known = noteBases(pair.bases.map((base) => trees.get(base) ?? NO_BYTES))
    const depth = pair.depth + 1
    scanTree(tree, (kind, oid, nameStart, nameEnd) => {
      if (kind === 'commit' || known.oids.has(oid)) return
      if (kind === 'blob') {
        if (depth < this.maxDepth) this.found.blobs.add(oid)
        return
      }
      const bases =
        known.trees.size === 0 ? NONE : (known.trees.get(tree.toString('latin1', nameStart, nameEnd)) ?? NONE)
      below.push({ oid, bases, depth })
    })
  }
}

const NO_BYTES = Buffer.alloc(0)
const NONE: readonly string[] = []
const asBuffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

/** What the client has at this place: every oid, and the folders by name. */
function noteBases(bases: readonly Buffer[]): {
  oids: ReadonlySet<string>
  trees: ReadonlyMap<string, readonly string[]>
} {
  const oids = new Set<string>()
  const trees = new Map<string, string[]>()
  for (const base of bases) {
    scanTree(base, (kind, oid, nameStart, nameEnd) => {
      oids.add(oid)
      if (kind !== 'tree') return
      const name = base.toString('latin1', nameStart, nameEnd)
      const same = trees.get(name)
      if (same) same.push(oid)
      else trees.set(name, [oid])
    })
  }
  return { oids, trees }
}
