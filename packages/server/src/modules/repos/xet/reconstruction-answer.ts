import { refuse } from '@stoa/contracts'
import { type FetchRange, mergeFetches, type Plan, type PlannedTerm } from '@stoa/xet'
import { findGrantedFile } from '../queries/xet.js'
import { planRange } from './plan-range.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'

const LINK_S = 3600

export interface Reconstruction {
  readonly plan: Omit<Plan, 'totalBytes'>
  readonly url: (xorb: string, range: FetchRange) => string
}

/** What a reader needs to rebuild a file or a range of it, with signed links. Throws `EntryNotFound`, `RangeNotSatisfiable`. */
export async function reconstruct(
  deps: XetDeps,
  grant: XetGrant,
  hash: string,
  rangeHeader: string | undefined,
): Promise<Reconstruction> {
  const file = await findGrantedFile(deps.db, grant, hash)
  if (!file) throw refuse('EntryNotFound', 'No such file.')
  const sizeBytes = Number(file.sizeBytes)
  const { start, endExclusive } = readRange(rangeHeader, sizeBytes)
  const planned: PlannedTerm[] = []
  let offsetIntoFirstTerm = 0
  for await (const { term, skipBytes } of planRange(deps.db, file.terms, { start, endExclusive })) {
    if (planned.length === 0) offsetIntoFirstTerm = skipBytes
    planned.push(term)
  }
  const plan = { offsetIntoFirstTerm, terms: planned, fetches: mergeFetches(planned) }
  const expiresS = Math.floor(deps.clock.now().getTime() / 1000) + LINK_S
  const url = (xorb: string, range: FetchRange): string => {
    const span = `${range.byteStart}-${range.byteEnd - 1}`
    const query = deps.keys.signLink(xorb, span, expiresS, grant)
    return `${deps.publicUrl()}/xet/${deps.keys.storeId}/fetch/${xorb}/${span}?${query}`
  }
  return { plan, url }
}

/** `bytes=a-b`, inclusive, clamped to the file; the whole file without one. */
function readRange(header: string | undefined, sizeBytes: number): { start: number; endExclusive: number } {
  if (header === undefined) return { start: 0, endExclusive: sizeBytes }
  const match = /^bytes=(\d{1,19})-(\d{0,19})$/.exec(header.trim())
  if (!match) throw refuse('InvalidRequest', 'The Range header must read bytes=first-last.')
  const start = Number(match[1])
  const last = match[2] === '' ? sizeBytes - 1 : Number(match[2])
  if (start >= sizeBytes && sizeBytes > 0)
    throw refuse('RangeNotSatisfiable', undefined, {}, { headers: { 'content-range': `bytes */${sizeBytes}` } })
  return { start, endExclusive: Math.min(sizeBytes, last + 1) }
}

export const chunkRange = (range: { chunkStart: number; chunkEnd: number }) => ({
  start: range.chunkStart,
  end: range.chunkEnd,
})
export const byteRange = (range: FetchRange) => ({ start: range.byteStart, end: range.byteEnd - 1 })

export function answerTerms(plan: Pick<Plan, 'terms'>) {
  return plan.terms.map((term) => ({ hash: term.xorb, unpacked_length: term.rawBytes, range: chunkRange(term) }))
}
