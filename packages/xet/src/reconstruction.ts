/** Where the chunks of a xorb end; arrays of equal length. */
export interface XorbIndex {
  readonly serialisedEnds: readonly number[]
  readonly rawEnds: readonly number[]
}

export interface PlannedTerm {
  readonly xorb: string
  readonly chunkStart: number
  readonly chunkEnd: number
  /** Raw bytes of the trimmed term. */
  readonly rawBytes: number
}

export interface FetchRange {
  readonly chunkStart: number
  readonly chunkEnd: number
  readonly byteStart: number
  /** Exclusive. */
  readonly byteEnd: number
}

export interface Plan {
  readonly offsetIntoFirstTerm: number
  readonly terms: readonly PlannedTerm[]
  /** Merged ranges to fetch, by xorb; every term lies inside one of them. */
  readonly fetches: ReadonlyMap<string, readonly FetchRange[]>
}

export interface FileTerm {
  readonly xorb: string
  readonly chunkStart: number
  readonly chunkEnd: number
}

const rawStartOf = (index: XorbIndex, chunk: number): number => (chunk === 0 ? 0 : (index.rawEnds[chunk - 1] ?? 0))
const serialisedStartOf = (index: XorbIndex, chunk: number): number =>
  chunk === 0 ? 0 : (index.serialisedEnds[chunk - 1] ?? 0)

/**
 * Which chunks rebuild bytes `[start, end)` of a file, trimmed to whole chunks (xet.md §8.4).
 * `end` is clamped by the caller; null when the range begins behind the file.
 */
export function planReconstruction(
  terms: readonly FileTerm[],
  indexes: ReadonlyMap<string, XorbIndex>,
  start: number,
  end: number,
): Plan | null {
  const planned: PlannedTerm[] = []
  let fileAt = 0
  let offsetIntoFirstTerm = 0
  for (const term of terms) {
    const index = indexOf(indexes, term.xorb)
    const termBytes = rawStartOf(index, term.chunkEnd) - rawStartOf(index, term.chunkStart)
    if (fileAt + termBytes > start && fileAt < end) {
      const trimmed = trim(term, index, start - fileAt, end - fileAt)
      if (planned.length === 0) offsetIntoFirstTerm = Math.max(0, start - fileAt - trimmed.skipped)
      planned.push(trimmed.term)
    }
    fileAt += termBytes
  }
  if (planned.length === 0 && start >= fileAt && start > 0) return null
  return { offsetIntoFirstTerm, terms: planned, fetches: mergeFetches(planned, indexes) }
}

function indexOf(indexes: ReadonlyMap<string, XorbIndex>, xorb: string): XorbIndex {
  const index = indexes.get(xorb)
  if (!index) throw new Error(`no index of xorb ${xorb}`)
  return index
}

/** Drops whole chunks of a term before `from` and from `to` on; both relative to the term. */
function trim(term: FileTerm, index: XorbIndex, from: number, to: number): { term: PlannedTerm; skipped: number } {
  const base = rawStartOf(index, term.chunkStart)
  let chunkStart = term.chunkStart
  let chunkEnd = term.chunkEnd
  while (chunkStart + 1 < chunkEnd && (index.rawEnds[chunkStart] ?? 0) - base <= from) chunkStart += 1
  while (chunkEnd - 1 > chunkStart && rawStartOf(index, chunkEnd - 1) - base >= to) chunkEnd -= 1
  const rawBytes = rawStartOf(index, chunkEnd) - rawStartOf(index, chunkStart)
  return { term: { xorb: term.xorb, chunkStart, chunkEnd, rawBytes }, skipped: rawStartOf(index, chunkStart) - base }
}

function mergeFetches(
  terms: readonly PlannedTerm[],
  indexes: ReadonlyMap<string, XorbIndex>,
): Map<string, FetchRange[]> {
  const fetches = new Map<string, FetchRange[]>()
  for (const xorb of new Set(terms.map((term) => term.xorb))) {
    const spans = terms.filter((term) => term.xorb === xorb).sort((left, right) => left.chunkStart - right.chunkStart)
    const merged: { chunkStart: number; chunkEnd: number }[] = []
    for (const { chunkStart, chunkEnd } of spans) {
      const last = merged.at(-1)
      if (last && chunkStart <= last.chunkEnd) last.chunkEnd = Math.max(last.chunkEnd, chunkEnd)
      else merged.push({ chunkStart, chunkEnd })
    }
    const index = indexOf(indexes, xorb)
    fetches.set(
      xorb,
      merged.map((span) => ({
        ...span,
        byteStart: serialisedStartOf(index, span.chunkStart),
        byteEnd: serialisedStartOf(index, span.chunkEnd),
      })),
    )
  }
  return fetches
}
