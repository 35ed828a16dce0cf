import { decodeSlot, KIND_SUBJECT, SLOT_BYTES } from '../journal/record.js'
import { type ScannedCall, SegmentScanner } from '../journal/scanner.js'
import type { MeteringDeps } from '../deps.js'
import { type FoldPlace, listFoldsOf } from './queries.js'

/** Folds looked through for one page; a busy platform has one a second. */
const FOLDS_PER_PAGE = 400
const HOUR_MS = 3_600_000

export interface CallFilter {
  readonly payerId: string
  readonly hour: Date
  readonly resource?: string | undefined
  readonly tokenId?: string | undefined
  readonly userId?: string | undefined
  readonly listingId?: string | undefined
}

export interface FoundCall extends ScannedCall {
  readonly journalId: string
  readonly segment: number
}

export interface CallsPage {
  readonly calls: readonly FoundCall[]
  /** `fold offset` to go on from; null at the end. */
  readonly next: { readonly foldId: string; readonly offset: number } | null
}

type ReadSegment = (journalId: string, segment: number) => Promise<Buffer | null>

/** The calls behind an hour, read from the journal: the evidence under every figure. Segments older than their retention answer nothing. */
export async function listCalls(
  deps: Pick<MeteringDeps, 'db'> & { readSegment: ReadSegment },
  filter: CallFilter,
  page: { limit: number; after: CallsPage['next'] },
): Promise<CallsPage> {
  const span = { from: filter.hour, to: new Date(filter.hour.getTime() + HOUR_MS) }
  const wanted = { payerId: filter.payerId, listingId: filter.listingId, ...span }
  const folds = await listFoldsOf(deps.db, wanted, { limit: FOLDS_PER_PAGE + 1, afterId: page.after?.foldId ?? null })
  const calls: FoundCall[] = []
  let open: { key: string; bytes: Buffer | null } = { key: '', bytes: null }
  for (const fold of folds.slice(0, FOLDS_PER_PAGE)) {
    const key = `${fold.journalId} ${fold.segment}`
    if (open.key !== key) open = { key, bytes: await deps.readSegment(fold.journalId, fold.segment) }
    const from = page.after?.foldId === fold.id ? page.after.offset : 0
    for (const found of open.bytes ? scanFold(open.bytes, fold) : []) {
      if (found.offset < from || !matches(found, filter)) continue
      if (calls.length === page.limit) return { calls, next: { foldId: fold.id, offset: found.offset } }
      calls.push({ ...found, journalId: fold.journalId, segment: fold.segment })
    }
  }
  const rest = folds[FOLDS_PER_PAGE]
  return { calls, next: rest ? { foldId: rest.id, offset: 0 } : null }
}

/** Decodes one fold's stretch; before it only subjects are looked at. */
function scanFold(bytes: Buffer, fold: FoldPlace): ScannedCall[] {
  const from = Number(fold.fromOffsetBytes)
  const to = Math.min(Number(fold.toOffsetBytes), bytes.length)
  const scanner = new SegmentScanner({ isPartial: true })
  for (let at = 0; at < from; at += SLOT_BYTES) {
    if (bytes[at + 4] === KIND_SUBJECT && decodeSlot(bytes, at)) scanner.take(bytes.subarray(at, at + SLOT_BYTES))
  }
  scanner.position = from
  return scanner.take(bytes.subarray(from, to))
}

function matches({ call, subject }: ScannedCall, filter: CallFilter): boolean {
  const start = filter.hour.getTime()
  if (subject.payerId !== filter.payerId) return false
  if (call.admittedMs < start || call.admittedMs >= start + HOUR_MS) return false
  if (filter.resource !== undefined && subject.resource.toLowerCase() !== filter.resource.toLowerCase()) return false
  if (filter.tokenId !== undefined && subject.tokenId !== filter.tokenId) return false
  if (filter.userId !== undefined && subject.userId !== filter.userId) return false
  return filter.listingId === undefined || subject.listingId === filter.listingId
}
