import { refuse } from '@stoa/contracts'
import { encodeCommit, encodeTree, hashObject, parseCommit, type TreeEntry } from '@stoa/git'
import type { BrowseDeps } from '../browse/browser.js'
import type { CommitNode, GitRef, NewObject, RefChange } from '../../git/index.js'
import type { Repo } from '../repo.js'

const MAX_REWRITTEN = 20_000
const WRITE_BATCH = 2000

/**
 * Writes every history without the given large files (SHA-256) and says where the refs go; nothing has moved yet.
 * Annotated tags become plain ones. Throws `InvalidRequest` for a history too long to be rewritten.
 */
export async function rewriteRefs(deps: BrowseDeps, repo: Repo, oids: ReadonlySet<string>): Promise<RefChange[]> {
  const refs = await deps.store.listRefs(deps.db, repo.id)
  const tipOf = (ref: GitRef): string => ref.peeled ?? ref.oid
  const commits: CommitNode[] = []
  for await (const commit of deps.store.walk(repo.id, [...new Set(refs.map(tipOf))], { limit: MAX_REWRITTEN + 1 })) {
    commits.push(commit)
  }
  if (commits.length > MAX_REWRITTEN) {
    throw refuse('InvalidRequest', `A history of more than ${MAX_REWRITTEN} commits is not rewritten.`)
  }
  const rewriter = createRewriter(deps, repo, oids)
  const renamed = new Map<string, string>()
  for (const commit of commits.sort((a, b) => a.generation - b.generation)) {
    renamed.set(commit.oid, await rewriter.rewrite(commit, renamed))
  }
  await rewriter.flush()
  return refs.flatMap((ref) => {
    const to = renamed.get(tipOf(ref)) ?? tipOf(ref)
    return to === tipOf(ref) ? [] : [{ name: ref.name, old: ref.oid, new: to }]
  })
}

type RewriteTree = (oid: string) => Promise<string | null>

function createRewriter(deps: BrowseDeps, repo: Repo, oids: ReadonlySet<string>) {
  const trees = new Map<string, string | null>()
  let pending: NewObject[] = []
  const flush = async (): Promise<void> => {
    const batch = pending
    pending = []
    if (batch.length > 0) await deps.store.writeObjects(repo.id, batch)
  }
  const store = (type: 'tree' | 'commit', data: Buffer): string => {
    pending.push({ type, data })
    return hashObject(type, data)
  }
  const rewriteTree: RewriteTree = async (oid) => {
    const known = trees.get(oid)
    if (known !== undefined) return known
    const entries = (await deps.store.readTree(repo.id, oid)) ?? []
    const kept = await keepEntries(deps, repo, entries, oids, rewriteTree)
    const isSame = kept.length === entries.length && kept.every((entry, index) => entry.oid === entries[index]?.oid)
    const rewritten = isSame ? oid : kept.length === 0 ? null : store('tree', encodeTree(kept))
    trees.set(oid, rewritten)
    return rewritten
  }
  const rewrite = async (commit: CommitNode, renamed: ReadonlyMap<string, string>): Promise<string> => {
    if (pending.length > WRITE_BATCH) await flush()
    const tree = (await rewriteTree(commit.tree)) ?? store('tree', encodeTree([]))
    const parents = commit.parents.map((parent) => renamed.get(parent) ?? parent)
    const isSame = tree === commit.tree && parents.every((parent, index) => parent === commit.parents[index])
    if (isSame) return commit.oid
    const object = await deps.store.readObject(repo.id, commit.oid)
    if (!object) throw new Error(`commit ${commit.oid} is missing`)
    return store('commit', encodeCommit({ ...parseCommit(object.data), tree, parents }))
  }
  return { flush, rewrite }
}

async function keepEntries(
  deps: BrowseDeps,
  repo: Repo,
  entries: readonly TreeEntry[],
  oids: ReadonlySet<string>,
  rewriteTree: RewriteTree,
): Promise<TreeEntry[]> {
  const blobs = entries.filter((entry) => entry.kind === 'blob').map((entry) => entry.oid)
  const facts = await deps.blobFacts.read(repo.id, blobs)
  const kept: TreeEntry[] = []
  for (const entry of entries) {
    const pointer = entry.kind === 'blob' ? facts.get(entry.oid)?.pointer : null
    if (pointer && oids.has(pointer.oid)) continue
    const oid = entry.kind === 'tree' ? await rewriteTree(entry.oid) : entry.oid
    if (oid !== null) kept.push({ ...entry, oid })
  }
  return kept
}
