import { LFS_POINTER_MAX_BYTES, parseLfsPointer } from '@stoa/git'
import type { BrowseDeps } from '../browse/browser.js'
import { findLfsObjects } from '../queries/lfs.js'
import type { Repo } from '../repo.js'

/** A large file of a repository, under one of its names. */
export interface LfsFile extends NamedPointer {
  readonly sizeBytes: number
  readonly pushedAt: Date
}

interface NamedPointer {
  /** Git id of the pointer: what deletions take. */
  readonly fileOid: string
  /** SHA-256. */
  readonly oid: string
  readonly filename: string
  /** A branch or tag that leads to it. */
  readonly ref: string
}

/** History that is searched; what lies deeper is not listed. */
const MAX_COMMITS = 20_000
const MAX_TREES = 200_000

/** Large files that any ref of a repository leads to and that it still holds, the default branch first. */
export async function listLfsFiles(deps: BrowseDeps, repo: Repo): Promise<LfsFile[]> {
  const named = await listPointers(deps, repo)
  const held = await findLfsObjects(deps.db, repo.id, [...new Set(named.map((one) => one.oid))])
  return named.flatMap((one) => {
    const object = held.get(one.oid)
    return object ? [{ ...one, sizeBytes: Number(object.sizeBytes), pushedAt: object.pushedAt }] : []
  })
}

interface Search {
  readonly deps: BrowseDeps
  readonly repo: Repo
  readonly seenTrees: Set<string>
  readonly found: Map<string, NamedPointer>
}

async function listPointers(deps: BrowseDeps, repo: Repo): Promise<NamedPointer[]> {
  const main = `refs/heads/${repo.defaultBranch}`
  const refs = [...(await deps.store.listRefs(deps.db, repo.id))]
  refs.sort((a, b) => Number(b.name === main) - Number(a.name === main))
  const search: Search = { deps, repo, seenTrees: new Set(), found: new Map() }
  for (const ref of refs) {
    for await (const commit of deps.store.walk(repo.id, [ref.peeled ?? ref.oid], { limit: MAX_COMMITS })) {
      await collect(search, commit.tree, '', ref.name)
    }
  }
  return [...search.found.values()]
}

/** Adds the pointers below a tree; each tree is read once at each place, whatever commits share it. */
async function collect(search: Search, treeOid: string, prefix: string, ref: string): Promise<void> {
  const { deps, repo, seenTrees, found } = search
  const key = `${treeOid} ${prefix}`
  if (seenTrees.has(key) || seenTrees.size >= MAX_TREES) return
  seenTrees.add(key)
  const entries = (await deps.store.readTree(repo.id, treeOid)) ?? []
  const blobs = entries.filter((entry) => entry.kind === 'blob')
  const oids = blobs.map((entry) => entry.oid)
  const facts = await deps.blobFacts.read(repo.id, oids)
  for (const entry of blobs) {
    const pointer = facts.get(entry.oid)?.pointer
    const filename = prefix + entry.name
    const id = `${entry.oid} ${filename}`
    if (pointer && !found.has(id)) found.set(id, { fileOid: entry.oid, oid: pointer.oid, filename, ref })
  }
  for (const entry of entries) {
    if (entry.kind === 'tree') await collect(search, entry.oid, `${prefix}${entry.name}/`, ref)
  }
}

/** SHA-256 of the large files behind pointer ids; ids that are something else are left out. */
export async function oidsOfPointers(deps: BrowseDeps, repo: Repo, fileOids: readonly string[]): Promise<string[]> {
  const hex = fileOids.filter((oid) => /^[0-9a-f]{40}$/.test(oid))
  const infos = await deps.store.readInfo(repo.id, hex)
  const short = hex.filter((oid) => (infos.get(oid)?.sizeBytes ?? LFS_POINTER_MAX_BYTES) < LFS_POINTER_MAX_BYTES)
  const blobs = await deps.store.readObjects(repo.id, short)
  return [...blobs.values()].flatMap((blob) => parseLfsPointer(blob.data)?.oid ?? [])
}
