/** Where the chunks of a xorb end; lists of equal length. */
export interface XorbIndex {
  readonly serialisedEnds: ArrayLike<number>
  readonly rawEnds: ArrayLike<number>
}

export interface PlannedTerm {
  readonly xorb: string
  readonly chunkStart: number
  readonly chunkEnd: number
  /** Raw bytes of the trimmed term. */
  readonly rawBytes: number
  /** Where its records lie in the xorb. */
  readonly byteStart: number
  /** Exclusive. */
  readonly byteEnd: number
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
  /** Raw bytes of all terms, those outside of the range included. */
  readonly totalBytes: number
}

export interface FileTerm {
  readonly xorb: string
  readonly chunkStart: number
  readonly chunkEnd: number
  /** Raw bytes of the term, where they are known without its xorb. */
  readonly rawBytes?: number
}

const rawStartOf = (index: XorbIndex, chunk: number): number => (chunk === 0 ? 0 : (index.rawEnds[chunk - 1] ?? 0))
const serialisedStartOf = (index: XorbIndex, chunk: number): number =>
  chunk === 0 ? 0 : (index.serialisedEnds[chunk - 1] ?? 0)

/** Raw bytes of a whole term. */
export function termBytes(term: FileTerm, index: XorbIndex): number {
  return rawStartOf(index, term.chunkEnd) - rawStartOf(index, term.chunkStart)
}

/**
 * Which chunks rebuild bytes `[start, end)` of a file, trimmed to whole chunks (xet.md §8.4).
 * `end` is clamped by the caller; a range behind the file has no terms.
 */
export function planReconstruction(
  terms: readonly FileTerm[],
  indexes: ReadonlyMap<string, XorbIndex>,
  start: number,
  end: number,
): Plan {
  const planned: PlannedTerm[] = []
  let fileAt = 0
  let offsetIntoFirstTerm = 0
  for (const term of terms) {
    const index = indexes.get(term.xorb)
    if (!index) throw new Error(`no index of xorb ${term.xorb}`)
    const bytes = termBytes(term, index)
    if (fileAt + bytes > start && fileAt < end) {
      const trimmed = trimTerm(term, index, start - fileAt, end - fileAt)
      if (planned.length === 0) offsetIntoFirstTerm = Math.max(0, start - fileAt - trimmed.skippedBytes)
      planned.push(trimmed.term)
    }
    fileAt += bytes
  }
  return { offsetIntoFirstTerm, terms: planned, fetches: mergeFetches(planned), totalBytes: fileAt }
}

/** Drops whole chunks of a term before `from` and from `to` on; both in raw bytes from its beginning. */
export function trimTerm(
  term: FileTerm,
  index: XorbIndex,
  from: number,
  to: number,
): { readonly term: PlannedTerm; readonly skippedBytes: number } {
  const base = rawStartOf(index, term.chunkStart)
  let chunkStart = term.chunkStart
  let chunkEnd = term.chunkEnd
  while (chunkStart + 1 < chunkEnd && (index.rawEnds[chunkStart] ?? 0) - base <= from) chunkStart += 1
  while (chunkEnd - 1 > chunkStart && rawStartOf(index, chunkEnd - 1) - base >= to) chunkEnd -= 1
  const planned = {
    xorb: term.xorb,
    chunkStart,
    chunkEnd,
    rawBytes: rawStartOf(index, chunkEnd) - rawStartOf(index, chunkStart),
    byteStart: serialisedStartOf(index, chunkStart),
    byteEnd: serialisedStartOf(index, chunkEnd),
  }
  return { term: planned, skippedBytes: rawStartOf(index, chunkStart) - base }
}

/** Ranges to fetch, by xorb: neighbouring and overlapping terms become one. */
export function mergeFetches(terms: readonly PlannedTerm[]): Map<string, FetchRange[]> {
  const spans = new Map<string, PlannedTerm[]>()
  for (const term of terms) {
    const known = spans.get(term.xorb)
    if (known) known.push(term)
    else spans.set(term.xorb, [term])
  }
  return new Map([...spans].map(([xorb, list]) => [xorb, mergeSpans(list)]))
}

function mergeSpans(spans: readonly PlannedTerm[]): FetchRange[] {
  const merged: { -readonly [K in keyof FetchRange]: FetchRange[K] }[] = []
  for (const { chunkStart, chunkEnd, byteStart, byteEnd } of [...spans].sort((a, b) => a.chunkStart - b.chunkStart)) {
    const last = merged.at(-1)
    if (!last || chunkStart > last.chunkEnd) merged.push({ chunkStart, chunkEnd, byteStart, byteEnd })
    else if (chunkEnd > last.chunkEnd) Object.assign(last, { chunkEnd, byteEnd })
  }
  return merged
}
