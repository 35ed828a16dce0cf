import type { TreeEntry } from '@stoa/git'
import type { RepoDeps } from '../deps.js'

/** Trees with fewer entries are read again: that is cheap, and others keep them as objects. */
const MIN_ENTRIES = 1000
/** Entries of all trees that are remembered; about 200 bytes each. */
const MAX_ENTRIES = 250_000

/** Reads trees and remembers the latest long ones as entries, so that the pages of a folder do not each read all of it. */
export interface LongTrees {
  read(repoId: string, oid: string): Promise<readonly TreeEntry[] | null>
}

export function createLongTrees(store: RepoDeps['store']): LongTrees {
  // Content-addressed, and only reached through a tree the caller may read.
  const remembered = new Map<string, readonly TreeEntry[]>()
  let entries = 0
  return {
    read: async (repoId, oid) => {
      const key = `${repoId}:${oid}`
      const known = remembered.get(key)
      if (known) {
        remembered.delete(key)
        remembered.set(key, known)
        return known
      }
      const tree = await store.readTree(repoId, oid)
      if (!tree || tree.length < MIN_ENTRIES || tree.length > MAX_ENTRIES || remembered.has(key)) return tree
      remembered.set(key, tree)
      entries += tree.length
      for (const [old, list] of remembered) {
        if (entries <= MAX_ENTRIES) break
        remembered.delete(old)
        entries -= list.length
      }
      return tree
    },
  }
}
