import type { FileTerm } from '@stoa/xet'
import type { Db } from '../../../kit/db/database.js'
import { findXorbs, type StoredXorb } from '../queries/xet.js'
import { type ChunkIndex, readChunkIndex } from './chunk-index.js'

/** Terms that are looked at together; the indexes of at most so many xorbs (400 KB each) are in memory for one file. */
export const TERMS_AT_ONCE = 32

/** A stored xorb with where its chunks are. */
export interface ShelvedXorb {
  readonly stored: Omit<StoredXorb, 'chunkIndex'>
  readonly index: ChunkIndex
}

/** Terms that follow each other, where they begin in the file, and the xorbs they name. */
export interface TermWindow {
  readonly terms: readonly FileTerm[]
  /** Number of the first one. */
  readonly first: number
  readonly xorbs: ReadonlyMap<string, ShelvedXorb>
}

/**
 * Goes through a file's terms in windows and brings the xorbs of each, so that a file of very many xorbs needs no more
 * memory than a small one. A xorb that is not stored is left out. Windows for which `isWanted` says no are passed over.
 */
export async function* termWindows(
  db: Db,
  terms: readonly FileTerm[],
  isWanted: (terms: readonly FileTerm[]) => boolean = () => true,
): AsyncGenerator<TermWindow> {
  let xorbs: ReadonlyMap<string, ShelvedXorb> = new Map()
  for (let first = 0; first < terms.length; first += TERMS_AT_ONCE) {
    const some = terms.slice(first, first + TERMS_AT_ONCE)
    if (!isWanted(some)) continue
    xorbs = await takeXorbs(db, some, xorbs)
    yield { terms: some, first, xorbs }
  }
}

async function takeXorbs(
  db: Db,
  terms: readonly FileTerm[],
  known: ReadonlyMap<string, ShelvedXorb>,
): Promise<Map<string, ShelvedXorb>> {
  const names = [...new Set(terms.map((term) => term.xorb))]
  const xorbs = new Map<string, ShelvedXorb>()
  for (const name of names) {
    const xorb = known.get(name)
    if (xorb) xorbs.set(name, xorb)
  }
  const missing = names.filter((name) => !xorbs.has(name))
  if (missing.length === 0) return xorbs
  for (const [name, { chunkIndex, ...stored }] of await findXorbs(db, missing)) {
    xorbs.set(name, { stored, index: readChunkIndex(chunkIndex) })
  }
  return xorbs
}
