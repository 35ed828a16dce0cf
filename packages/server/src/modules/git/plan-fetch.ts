import { type FetchPlan, type FetchRequest, GitFormatError } from '@stoa/git'
import type { GitStorage } from './create-store.js'
import { enumerateObjects, enumerateTree } from './enumerate-objects.js'
import { planShallow, type ShallowPlan } from './shallow.js'
import type { CommitNode, GitRef } from './store.js'

/** Commits followed when it is asked whether the client's commits suffice. */
const MAX_READY_WALK = 20_000
/** Commits whose trees are searched for a wanted tree or blob. */
const MAX_SEARCHED_COMMITS = 20_000

/** Wants sorted by what they are; all of them belong to the repository's visible history. */
interface Wants {
  /** Commits, also those behind wanted tags. */
  readonly commits: readonly string[]
  readonly tags: readonly string[]
  readonly trees: readonly string[]
  readonly blobs: readonly string[]
}

/** A fetch that was checked: what to say first, and how to find the objects for the pack. */
export interface PlannedFetch {
  readonly plan: FetchPlan
  collect(): Promise<string[]>
}

/** Checks a fetch against the refs its reader sees. Throws GitFormatError `notOurRef` for a want outside of them. */
export async function planFetch(
  storage: GitStorage,
  repoId: string,
  refs: readonly GitRef[],
  request: FetchRequest,
): Promise<PlannedFetch> {
  const wants = await sortWants(storage, repoId, refs, request.wants)
  const { graph } = storage
  const known = await graph.load(repoId, request.haves)
  const common = request.haves.filter((oid) => known.has(oid))
  const shallow = await planShallow({ graph, repoId, request, starts: wants.commits, refs })
  const isReady = common.length > 0 && (await isCovered(storage, repoId, wants.commits, new Set(common)))
  return {
    plan: { common, isReady, shallow: shallow.shallow, unshallow: shallow.unshallow },
    collect: () => collect({ storage, repoId, refs, request, wants, common, shallow }),
  }
}

async function sortWants(
  storage: GitStorage,
  repoId: string,
  refs: readonly GitRef[],
  oids: readonly string[],
): Promise<Wants> {
  const wants = { commits: [] as string[], tags: [] as string[], trees: [] as string[], blobs: [] as string[] }
  const tips = new Map(refs.map((ref) => [ref.oid, ref]))
  const peeledTips = new Set(refs.flatMap((ref) => (ref.peeled === null ? [] : [ref.peeled])))
  const infos = await storage.reader.readInfo(repoId, oids)
  const toCheck = { commits: new Set<string>(), objects: new Set<string>() }
  for (const oid of new Set(oids)) {
    const type = infos.get(oid)?.type
    if (type === undefined) throw notOurRef(oid)
    const tip = tips.get(oid)
    if (type === 'tag') {
      if (tip === undefined) throw notOurRef(oid)
      await followTag(storage, repoId, oid, wants)
      continue
    }
    if (tip === undefined && !peeledTips.has(oid)) toCheck[type === 'commit' ? 'commits' : 'objects'].add(oid)
    wants[`${type}s`].push(oid)
  }
  await demandReachable(storage, repoId, refs, toCheck)
  return wants
}

/** Longest chain of tags on tags. */
const MAX_TAG_CHAIN = 16

async function followTag(
  storage: GitStorage,
  repoId: string,
  oid: string,
  wants: Record<keyof Wants, string[]>,
): Promise<void> {
  let at = oid
  for (let depth = 0; depth < MAX_TAG_CHAIN; depth++) {
    const object = await storage.store.readObject(repoId, at)
    if (object === null) throw notOurRef(at)
    wants[`${object.type}s`].push(at)
    if (object.type !== 'tag') return
    at = object.data.subarray(7, 47).toString()
  }
}

/** Anything that is not a ref's own object must lie in the history of one. */
async function demandReachable(
  storage: GitStorage,
  repoId: string,
  refs: readonly GitRef[],
  wanted: { readonly commits: ReadonlySet<string>; readonly objects: ReadonlySet<string> },
): Promise<void> {
  const tips = refs.map((ref) => ref.peeled ?? ref.oid)
  if (wanted.commits.size > 0) {
    const reached = await storage.graph.findReached(repoId, tips, wanted.commits)
    for (const oid of wanted.commits) if (!reached.has(oid)) throw notOurRef(oid)
  }
  if (wanted.objects.size === 0) return
  const missing = new Set(wanted.objects)
  for await (const commits of inGroups(storage.graph.walk(repoId, tips, { limit: MAX_SEARCHED_COMMITS }))) {
    const request = {
      repoId,
      commits,
      filter: null,
      parentsOf: (node: CommitNode) => node.parents,
      treeOf: treeReader(storage, repoId),
    }
    // The newest trees are opened whole: a checkout of a partial clone finds everything there.
    if (commits.length === 1) request.parentsOf = () => []
    const found = await enumerateObjects(storage.reader, request)
    for (const oid of missing) if (found.blobs.has(oid) || found.trees.has(oid)) missing.delete(oid)
    if (missing.size === 0) return
  }
  throw notOurRef([...missing][0] as string)
}

/** The first commit alone, then growing groups. */
async function* inGroups(nodes: AsyncIterable<CommitNode>): AsyncGenerator<CommitNode[]> {
  let group: CommitNode[] = []
  let size = 1
  for await (const node of nodes) {
    group.push(node)
    if (group.length < size) continue
    yield group
    group = []
    size = Math.min(size * 4, 1024)
  }
  if (group.length > 0) yield group
}

const notOurRef = (oid: string): GitFormatError => new GitFormatError('notOurRef', `upload-pack: not our ref ${oid}`)

/** Whether every wanted commit leads to something the client has. */
async function isCovered(
  storage: GitStorage,
  repoId: string,
  starts: readonly string[],
  common: ReadonlySet<string>,
): Promise<boolean> {
  for (const start of new Set(starts)) {
    let isReached = false
    for await (const node of storage.graph.walk(repoId, [start], { limit: MAX_READY_WALK })) {
      isReached = common.has(node.oid)
      if (isReached) break
    }
    if (!isReached) return false
  }
  return true
}

interface Collection {
  readonly storage: GitStorage
  readonly repoId: string
  readonly refs: readonly GitRef[]
  readonly request: FetchRequest
  readonly wants: Wants
  readonly common: readonly string[]
  readonly shallow: ShallowPlan
}

/** Oids of the pack: commits, tags, trees, blobs, in this order. */
async function collect({ storage, repoId, refs, request, wants, common, shallow }: Collection): Promise<string[]> {
  const commits: CommitNode[] = []
  const starts = [...new Set([...wants.commits, ...shallow.extraStarts])]
  const cuts = { parentsOf: shallow.parentsOf, excludedParentsOf: shallow.excludedParentsOf }
  for await (const node of storage.graph.walk(repoId, starts, { exclude: common, ...cuts })) commits.push(node)
  const sent = new Set(commits.map((node) => node.oid))
  const { filter } = request
  const treeOf = treeReader(storage, repoId)
  const found = await enumerateObjects(storage.reader, {
    repoId,
    commits,
    filter,
    parentsOf: shallow.parentsOf,
    treeOf,
  })
  const tags = new Set(wants.tags)
  if (request.includeTag) for (const ref of refs) if (ref.peeled !== null && sent.has(ref.peeled)) tags.add(ref.oid)
  for (const tree of wants.trees) {
    const below = await enumerateTree(storage.reader, repoId, tree, filter)
    found.trees.add(tree)
    for (const oid of below.trees) found.trees.add(oid)
    for (const oid of below.blobs) found.blobs.add(oid)
  }
  for (const blob of wants.blobs) found.blobs.add(blob)
  return [...sent, ...tags, ...found.trees, ...found.blobs]
}

function treeReader(storage: GitStorage, repoId: string): (commitOid: string) => Promise<string | null> {
  return async (oid) => (await storage.graph.find(repoId, oid))?.tree ?? null
}
