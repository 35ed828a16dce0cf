import { LFS_POINTER_MAX_BYTES, type LfsPointer, parseLfsPointer, type TreeEntry } from '@stoa/git'
import type { Store } from '../deps.js'

/** What lists show of a blob beside its name. Both follow from the content, so they may be remembered by oid. */
export interface BlobFacts {
  readonly sizeBytes: number
  /** The large file the blob points at. */
  readonly pointer: LfsPointer | null
}

const BATCH = 5000
/** The shortest pointer has 126 bytes; smaller files are not opened to find out. */
const POINTER_MIN_BYTES = 100
const REMEMBERED = 100_000

/** Reads sizes and pointers of blobs, remembering what it read. */
export interface BlobFactsReader {
  read(repoId: string, oids: readonly string[]): Promise<Map<string, BlobFacts>>
}

export function createBlobFactsReader(store: Store): BlobFactsReader {
  // Content-addressed, and only reached through a tree the caller may read.
  const remembered = new Map<string, BlobFacts>()
  return {
    read: async (repoId, oids) => {
      const facts = new Map<string, BlobFacts>()
      const missing = new Set<string>()
      for (const oid of oids) {
        const known = remembered.get(oid)
        if (known) facts.set(oid, known)
        else missing.add(oid)
      }
      const wanted = [...missing]
      for (let at = 0; at < wanted.length; at += BATCH) {
        const read = await readFacts(store, repoId, wanted.slice(at, at + BATCH))
        for (const [oid, one] of read) {
          facts.set(oid, one)
          if (remembered.size >= REMEMBERED) remembered.clear()
          remembered.set(oid, one)
        }
      }
      return facts
    },
  }
}

async function readFacts(store: Store, repoId: string, oids: readonly string[]): Promise<Map<string, BlobFacts>> {
  const infos = await store.readInfo(repoId, oids)
  const short = [...infos].filter(([, info]) => info.type === 'blob' && mayBePointer(info.sizeBytes))
  const contents = await store.readObjects(
    repoId,
    short.map(([oid]) => oid),
  )
  return new Map(
    [...infos].map(([oid, info]) => {
      const content = contents.get(oid)
      return [oid, { sizeBytes: info.sizeBytes, pointer: content ? parseLfsPointer(content.data) : null }]
    }),
  )
}

const mayBePointer = (sizeBytes: number): boolean => sizeBytes >= POINTER_MIN_BYTES && sizeBytes < LFS_POINTER_MAX_BYTES

/** An entry of a tree with its full path. */
export interface PathEntry {
  readonly path: string
  readonly entry: TreeEntry
}
