import { refuse } from '@stoa/contracts'
import { parseTree } from '@stoa/git'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import type { BrowseDeps } from './browser.js'
import { entryNotFound } from './list-tree.js'
import { findPath } from './walk-tree.js'

const MAX_FILES = 1_000_000
const MAX_DEPTH = 200
const BLOBS_AT_ONCE = 5000
const TREES_AT_ONCE = 500

/** Git ids, and at how many places each stands. */
type Counted = Map<string, number>

/** Bytes of a file or of everything below a folder, large files at their real size. Throws `EntryNotFound`. */
export async function measureTree(deps: BrowseDeps, repo: Repo, rev: string, path: string): Promise<number> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const readTree = (oid: string) => deps.store.readTree(repo.id, oid)
  const root = await findPath(readTree, commit.tree, path)
  if (!root) throw entryNotFound(path, commit.oid)
  if (root.kind !== 'tree') return await sumBlobs(deps, repo, new Map([[root.oid, 1]]))
  return await sumBlobs(deps, repo, await countBlobs(deps, repo, root.oid))
}

/** Every blob below a tree. Folders are read level by level, many at once, and a repeated one only once. */
async function countBlobs(deps: BrowseDeps, repo: Repo, rootOid: string): Promise<Counted> {
  const blobs: Counted = new Map()
  let files = 0
  let level: Counted = new Map([[rootOid, 1]])
  for (let depth = 0; level.size > 0 && depth <= MAX_DEPTH; depth += 1) {
    const next: Counted = new Map()
    const oids = [...level.keys()]
    for (let at = 0; at < oids.length; at += TREES_AT_ONCE) {
      const trees = await deps.store.readObjects(repo.id, oids.slice(at, at + TREES_AT_ONCE))
      for (const { oid, data } of trees.values()) {
        const times = level.get(oid) ?? 0
        for (const entry of parseTree(data)) {
          if (entry.kind === 'blob') {
            files += times
            add(blobs, entry.oid, times)
          } else if (entry.kind === 'tree') add(next, entry.oid, times)
        }
      }
      if (files > MAX_FILES) throw refuse('InvalidRequest', `A folder of more than ${MAX_FILES} files is not measured.`)
    }
    level = next
  }
  return blobs
}

function add(counted: Counted, oid: string, times: number): void {
  counted.set(oid, (counted.get(oid) ?? 0) + times)
}

async function sumBlobs(deps: BrowseDeps, repo: Repo, blobs: Counted): Promise<number> {
  let total = 0
  const oids = [...blobs.keys()]
  for (let at = 0; at < oids.length; at += BLOBS_AT_ONCE) {
    const facts = await deps.blobFacts.read(repo.id, oids.slice(at, at + BLOBS_AT_ONCE))
    for (const [oid, one] of facts) total += (one.pointer?.sizeBytes ?? one.sizeBytes) * (blobs.get(oid) ?? 0)
  }
  return total
}
