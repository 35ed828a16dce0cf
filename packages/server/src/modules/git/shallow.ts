import { type FetchRequest, GitFormatError } from '@stoa/git'
import type { CommitGraph, ParentsOf } from './commit-graph.js'
import type { CommitNode, GitRef } from './store.js'

/** `--unshallow` asks for this depth. */
const INFINITE_DEPTH = 0x7fffffff

/** How a fetch cuts history. */
export interface ShallowPlan {
  /** Commits new to the client's boundary. */
  readonly shallow: readonly string[]
  /** Commits of the client's boundary whose parents it gets now. */
  readonly unshallow: readonly string[]
  /** Commits to be sent although their children are known to the client. */
  readonly extraStarts: readonly string[]
  readonly parentsOf: ParentsOf
  readonly excludedParentsOf: ParentsOf
}

export interface ShallowContext {
  readonly graph: CommitGraph
  readonly repoId: string
  readonly request: FetchRequest
  /** Commits behind the wants. */
  readonly starts: readonly string[]
  readonly refs: readonly GitRef[]
}

interface Cut {
  /** Commits that the client will have among those reached, and those where history stops. */
  readonly included: ReadonlySet<string> | 'all'
  readonly boundary: ReadonlySet<string>
}

/** Decides boundary changes for `deepen`, `deepen-since`, `deepen-not`; without them the client's boundary stays. */
export async function planShallow(context: ShallowContext): Promise<ShallowPlan> {
  const { request } = context
  const old = new Set(request.shallow)
  const cut = await findCut(context)
  const boundary = cut?.boundary ?? old
  const isIncluded = (oid: string): boolean => cut !== null && (cut.included === 'all' || cut.included.has(oid))
  const unshallow = request.shallow.filter((oid) => isIncluded(oid) && !boundary.has(oid))
  const opened = new Set(unshallow)
  const nodes = await context.graph.load(context.repoId, unshallow)
  const isCut = (oid: string): boolean => boundary.has(oid) || (old.has(oid) && !opened.has(oid))
  return {
    shallow: cut === null ? [] : [...boundary].filter((oid) => !old.has(oid)),
    unshallow,
    extraStarts: [...nodes.values()].flatMap((node) => node.parents),
    parentsOf: (node) => (isCut(node.oid) ? [] : node.parents),
    excludedParentsOf: (node) => (old.has(node.oid) ? [] : node.parents),
  }
}

async function findCut(context: ShallowContext): Promise<Cut | null> {
  const { depth, isRelative, since, not } = context.request.deepen
  if (depth !== null && depth >= INFINITE_DEPTH) return { included: 'all', boundary: new Set() }
  if (depth !== null && isRelative) return cutAtDepth(context, context.request.shallow, depth + 1)
  if (depth !== null) return cutAtDepth(context, context.starts, depth)
  return since !== null || not.length > 0 ? cutAtTime(context) : null
}

async function cutAtDepth(context: ShallowContext, starts: readonly string[], depth: number): Promise<Cut> {
  const included = new Set<string>()
  const boundary = new Set<string>()
  let level: readonly string[] = starts
  for (let at = 1; at <= depth && level.length > 0; at++) {
    const nodes = await context.graph.load(context.repoId, level)
    const next: string[] = []
    for (const node of nodes.values()) {
      included.add(node.oid)
      if (at < depth) next.push(...node.parents)
      else if (node.parents.length > 0) boundary.add(node.oid)
    }
    level = [...new Set(next)].filter((oid) => !included.has(oid))
  }
  return { included, boundary }
}

async function cutAtTime(context: ShallowContext): Promise<Cut> {
  const { graph, repoId, starts, refs } = context
  const { since, not } = context.request.deepen
  const exclude = not.flatMap((name) => refs.filter((ref) => isNamed(ref, name)).map((ref) => ref.peeled ?? ref.oid))
  const isNew = (node: CommitNode): boolean => since === null || node.committedAt.getTime() >= since * 1000
  const included = new Map<string, CommitNode>()
  const parentsOf: ParentsOf = (node) => (isNew(node) ? node.parents : [])
  for await (const node of graph.walk(repoId, starts, { exclude, parentsOf }))
    if (isNew(node)) included.set(node.oid, node)
  if (included.size === 0) throw new GitFormatError('badRequest', 'no commits selected for shallow requests')
  const cut = [...included.values()].filter((node) => node.parents.some((parent) => !included.has(parent)))
  return { included: new Set(included.keys()), boundary: new Set(cut.map((node) => node.oid)) }
}

function isNamed(ref: GitRef, name: string): boolean {
  return ref.name === name || ref.name === `refs/heads/${name}` || ref.name === `refs/tags/${name}`
}
