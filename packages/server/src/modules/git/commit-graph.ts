import type { Db } from '../../kit/db/database.js'
import { ByteLru } from './byte-lru.js'
import { CommitHeap } from './commit-heap.js'
import { toHex } from './oid.js'
import { type CommitRow, listCommitsUp } from './queries/commits.js'
import type { CommitNode, WalkOptions } from './store.js'

const NODES_CACHED = 400_000
/** Rows of one look upwards: the commits asked for and their nearest ancestors. */
const LOOK_UP_ROWS = 4_000
/** Commits asked for by one statement; others use the database between two. */
const LOOK_UP_OIDS = 4_000

/** Which parents a walk may follow from a commit. */
export type ParentsOf = (node: CommitNode) => readonly string[]
const allParents: ParentsOf = (node) => node.parents

export interface GraphWalk extends WalkOptions {
  /** Parents followed from wanted commits (a shallow clone stops at its boundary). */
  readonly parentsOf?: ParentsOf
  /** Parents followed from excluded commits. */
  readonly excludedParentsOf?: ParentsOf
}

/** Walks commit graphs that stand in the database; keeps the nodes it has seen. */
export class CommitGraph {
  private readonly db: Db
  private readonly nodes = new ByteLru<CommitNode>(NODES_CACHED)

  constructor(db: Db) {
    this.db = db
  }

  /** Nodes of these commits; unknown ones are absent. Looks some ancestors up with them. */
  async load(repoId: string, oids: readonly string[]): Promise<Map<string, CommitNode>> {
    const found = new Map<string, CommitNode>()
    const missing: string[] = []
    for (const oid of oids) {
      const node = this.nodes.get(`${repoId}:${oid}`)
      if (node) found.set(oid, node)
      else missing.push(oid)
    }
    for (let at = 0; at < missing.length; at += LOOK_UP_OIDS) {
      const some = missing.slice(at, at + LOOK_UP_OIDS)
      const wanted = new Set(some)
      for (const row of await listCommitsUp(this.db, repoId, some, some.length + LOOK_UP_ROWS)) {
        const node = toNode(row)
        this.nodes.set(`${repoId}:${node.oid}`, node, 1)
        if (wanted.has(node.oid)) found.set(node.oid, node)
      }
    }
    return found
  }

  /** Forgets commits that were removed. */
  forget(repoId: string, oids: readonly string[]): void {
    for (const oid of oids) this.nodes.delete(`${repoId}:${oid}`)
  }

  async find(repoId: string, oid: string): Promise<CommitNode | null> {
    return (await this.load(repoId, [oid])).get(oid) ?? null
  }

  /** Commits reachable from `starts` and not from `exclude`, in topological order: larger generation first, then newer. */
  async *walk(repoId: string, starts: readonly string[], options: GraphWalk = {}): AsyncGenerator<CommitNode> {
    const { parentsOf = allParents, excludedParentsOf = allParents, limit = Infinity } = options
    let skip = options.skip ?? 0
    let given = 0
    const heap = new CommitHeap()
    const excluded = new Set<string>()
    const add = async (oids: readonly string[], isExcluded: boolean): Promise<void> => {
      if (isExcluded) for (const oid of oids) excluded.add(oid)
      const fresh = oids.filter((oid) => !heap.hasSeen(oid))
      for (const node of (await this.load(repoId, fresh)).values()) heap.push(node)
      for (const oid of oids) if (isExcluded) heap.markExcluded(oid)
    }
    await add(starts, false)
    await add(options.exclude ?? [], true)
    while (heap.wantedCount > 0 && given < limit) {
      const node = heap.pop() as CommitNode
      if (excluded.has(node.oid)) {
        await add(excludedParentsOf(node), true)
        continue
      }
      await add(parentsOf(node), false)
      if (skip-- > 0) continue
      given++
      yield node
    }
  }

  /** True when `ancestor` is reachable from `descendant` (or is it). */
  async isAncestor(repoId: string, ancestor: string, descendant: string): Promise<boolean> {
    return (await this.findReached(repoId, [descendant], new Set([ancestor]))).size === 1
  }

  /** Those of `targets` that are reachable from `starts`. */
  async findReached(repoId: string, starts: readonly string[], targets: ReadonlySet<string>): Promise<Set<string>> {
    const reached = new Set<string>()
    const nodes = await this.load(repoId, [...targets])
    const floor = Math.min(...[...nodes.values()].map((node) => node.generation))
    for await (const node of this.walk(repoId, starts)) {
      if (node.generation < floor) break
      if (targets.has(node.oid)) reached.add(node.oid)
      if (reached.size === nodes.size) break
    }
    return reached
  }
}

function toNode(row: CommitRow): CommitNode {
  return {
    oid: toHex(row.oid),
    tree: toHex(row.tree),
    parents: row.parents.map(toHex),
    generation: row.generation,
    committedAt: row.committedAt,
  }
}
