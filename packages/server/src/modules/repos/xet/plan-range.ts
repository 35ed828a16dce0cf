import { refuse } from '@stoa/contracts'
import { type FileTerm, type PlannedTerm, planReconstruction } from '@stoa/xet'
import type { Db } from '../../../kit/db/database.js'
import { type ShelvedXorb, termWindows } from './xorb-shelf.js'

/** A part of a file to read: chunks of one xorb. */
export interface PlannedPart {
  readonly term: PlannedTerm
  readonly xorb: ShelvedXorb
  /** Raw bytes before the range begins; only the first part has some. */
  readonly skipBytes: number
}

/** The parts that rebuild bytes `[start, endExclusive)` of a file, one after another. Throws `Unavailable`. */
export async function* planRange(
  db: Db,
  terms: readonly FileTerm[],
  range: { readonly start: number; readonly endExclusive: number },
): AsyncGenerator<PlannedPart> {
  const { start, endExclusive: end } = range
  let fileAt = 0
  let isFirst = true
  const isWanted = (some: readonly FileTerm[]): boolean => {
    const bytes = knownBytes(some)
    const isOutside = fileAt >= end || (bytes !== null && fileAt + bytes <= start)
    if (isOutside) fileAt += bytes ?? 0
    return !isOutside
  }
  for await (const { terms: some, xorbs } of termWindows(db, terms, isWanted)) {
    const indexes = new Map([...xorbs].map(([name, { index }]) => [name, index]))
    if (some.some((term) => !indexes.has(term.xorb))) throw refuse('Unavailable', 'A part of this file is not stored.')
    const plan = planReconstruction(some, indexes, Math.max(0, start - fileAt), end - fileAt)
    for (const term of plan.terms) {
      const skipBytes = isFirst ? plan.offsetIntoFirstTerm : 0
      isFirst = false
      yield { term, xorb: xorbs.get(term.xorb) as ShelvedXorb, skipBytes }
    }
    fileAt += plan.totalBytes
  }
}

/** Raw bytes of some terms, when all of them were registered with theirs. */
function knownBytes(terms: readonly FileTerm[]): number | null {
  let bytes = 0
  for (const { rawBytes } of terms) {
    if (rawBytes === undefined) return null
    bytes += rawBytes
  }
  return bytes
}
