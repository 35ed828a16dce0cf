import type { RepoDeps } from '../deps.js'
import { deleteCondemnedRows, listRowCandidates, markRows, type RemovedRow, type RowKind } from '../queries/collect.js'
import type { Shelf } from './shelf.js'

const PAGE = 1000
const REMOVED_AT_ONCE = 100
const FOREIGN_KEY_VIOLATION = '23503'

export type ShelfDeps = Pick<RepoDeps, 'db' | 'write' | 'blobs' | 'clock'>

/** Rows of one table; a row that goes takes its blob along. */
export function rowShelf(deps: ShelfDeps, kind: RowKind, floorMs: number): Shelf {
  return {
    kind,
    floorMs,
    page: (after) => listRowCandidates(deps.db, kind, after, PAGE),
    condemn: (names, at) => deps.write((tx) => markRows(tx, kind, names, at)),
    rescue: (names) => deps.write((tx) => markRows(tx, kind, names, null)),
    remove: async (names, before) => {
      const gone: RemovedRow[] = []
      for (let at = 0; at < names.length; at += REMOVED_AT_ONCE) {
        const removed = await removeRows(deps, kind, names.slice(at, at + REMOVED_AT_ONCE), before)
        // The row is gone and its key belongs to no other upload, so nobody can name these bytes any more.
        await deps.blobs.deleteMany(removed.flatMap((row) => ownBlob(row.blobKey)))
        gone.push(...removed)
      }
      return gone.map((row) => row.name)
    },
  }
}

async function removeRows(
  deps: ShelfDeps,
  kind: RowKind,
  names: readonly string[],
  before: Date,
): Promise<readonly RemovedRow[]> {
  try {
    return await deps.write((tx) => deleteCondemnedRows(tx, kind, names, before))
  } catch (error) {
    // One of them was named at this moment: the next look sees which.
    if ((error as { code?: string }).code === FOREIGN_KEY_VIOLATION) return []
    throw error
  }
}

const ownBlob = (key: string | null): string[] => (key === null || key.startsWith('xet:') ? [] : [key])
