import type { StorageKind } from '@stoa/contracts'
import type { ListedBlob } from '../../../kit/blobs/port.js'
import { findNamedPacks } from '../../git/index.js'
import { condemnBlobs, findCondemnedBlobs, findNamedBlobs, pardonBlobs, pardonOldBlobs } from '../queries/collect.js'
import type { Candidate } from './judge.js'
import type { ShelfDeps } from './row-shelf.js'
import type { Shelf } from './shelf.js'

const PAGE = 500

/** Blobs below a prefix: those of deleted repositories, of given up uploads, of a crash between bytes and row. */
export function blobShelf(deps: ShelfDeps, kind: StorageKind, prefix: string, floorMs: number): Shelf {
  const sizes = new Map<string, bigint>()
  const listing = pages(deps, prefix)
  return {
    kind,
    floorMs,
    page: async () => {
      const next = await listing.next()
      const blobs = next.done === true ? [] : next.value
      sizes.clear()
      for (const blob of blobs) sizes.set(blob.key, BigInt(blob.sizeBytes))
      return await describe(deps, blobs)
    },
    condemn: (keys, at) => {
      const blobs = keys.map((blobKey) => ({ blobKey, sizeBytes: sizes.get(blobKey) ?? 0n }))
      return deps.write((tx) => condemnBlobs(tx, blobs, at))
    },
    rescue: (keys) => deps.write((tx) => pardonBlobs(tx, keys)),
    remove: async (keys) => {
      const named = await findNamed(deps, keys)
      const gone = keys.filter((key) => !named.has(key))
      await deps.write((tx) => pardonBlobs(tx, keys))
      await deps.blobs.deleteMany(gone)
      return gone
    },
    finish: (before) => deps.write((tx) => pardonOldBlobs(tx, before, prefix)),
  }
}

/** A key belongs to one upload and so to one kind of row: which statement finds it does not matter. */
async function findNamed(deps: ShelfDeps, keys: readonly string[]): Promise<Set<string>> {
  return new Set([...(await findNamedBlobs(deps.db, keys)), ...(await findNamedPacks(deps.db, keys))])
}

/** One listing, cut into pages. */
async function* pages(deps: ShelfDeps, prefix: string): AsyncGenerator<readonly ListedBlob[]> {
  let page: ListedBlob[] = []
  for await (const blob of deps.blobs.list(prefix)) {
    page.push(blob)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function describe(deps: ShelfDeps, blobs: readonly ListedBlob[]): Promise<Candidate[]> {
  if (blobs.length === 0) return []
  const keys = blobs.map((blob) => blob.key)
  const [named, condemned] = [await findNamed(deps, keys), await findCondemnedBlobs(deps.db, keys)]
  return blobs.map((blob) => ({
    name: blob.key,
    sizeBytes: BigInt(blob.sizeBytes),
    isNamed: named.has(blob.key),
    condemnedAt: condemned.get(blob.key) ?? null,
  }))
}
