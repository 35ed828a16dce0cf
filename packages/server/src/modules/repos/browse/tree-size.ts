import { refuse } from '@stoa/contracts'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import type { BrowseDeps } from './browser.js'
import { entryNotFound } from './list-tree.js'
import { findPath, walkTree } from './walk-tree.js'

const MAX_FILES = 1_000_000
const BATCH = 5000

/** Bytes of a file or of everything below a folder, large files at their real size. Throws `EntryNotFound`. */
export async function measureTree(deps: BrowseDeps, repo: Repo, rev: string, path: string): Promise<number> {
  const { commit } = await resolveRevision(deps, repo, rev)
  const readTree = (oid: string) => deps.store.readTree(repo.id, oid)
  const root = await findPath(readTree, commit.tree, path)
  if (!root) throw entryNotFound(path, commit.oid)
  const sum = async (oids: readonly string[]): Promise<number> => {
    const facts = await deps.blobFacts.read(repo.id, oids)
    return oids.reduce((total, oid) => {
      const one = facts.get(oid)
      return total + (one?.pointer?.sizeBytes ?? one?.sizeBytes ?? 0)
    }, 0)
  }
  if (root.kind !== 'tree') return await sum([root.oid])
  let total = 0
  let files = 0
  let batch: string[] = []
  for await (const { entry } of walkTree(readTree, root.oid, path, { recursive: true })) {
    if (entry.kind !== 'blob') continue
    if (++files > MAX_FILES) throw refuse('InvalidRequest', `A folder of more than ${MAX_FILES} files is not measured.`)
    batch.push(entry.oid)
    if (batch.length < BATCH) continue
    total += await sum(batch)
    batch = []
  }
  return total + (await sum(batch))
}
