import { AUDIT_EXPORT_FORMAT, type EventLine } from '@stoa/formats'
import { type EventFilter, findHead, listEvents } from '../../../kit/audit/read-events.js'
import type { GovernanceDeps } from '../deps.js'
import { listCheckpointsBetween } from '../queries/checkpoints.js'
import { type ReadDeps, readEvents } from './search-events.js'
import { showEvent } from './show-event.js'
import type { SigningKey } from './signing-key.js'

/** Format of an export that leaves events out: it cannot be verified as a chain. */
const EXTRACT_FORMAT = 'stoa-audit-extract/1'
const BATCH = 500
/** What the Hub gives at most. */
export const HUB_EXPORT_MAX = 100_000

type ExportDeps = ReadDeps & Pick<GovernanceDeps, 'clock'> & { readonly key: SigningKey }

/** Events in batches, oldest first, up to the last one at the time of asking. */
async function* batches(deps: ReadDeps, filter: EventFilter, lastSeq: number): AsyncGenerator<EventLine[]> {
  for (let after = 0; ; ) {
    const page = { order: 'asc', afterSeq: after, beforeSeq: lastSeq + 1, limit: BATCH } as const
    const lines = await readEvents(deps, filter, page)
    if (lines.length > 0) yield lines
    if (lines.length < BATCH) return
    after = lines.at(-1)?.event.seq ?? lastSeq
  }
}

const isWhole = (filter: EventFilter): boolean =>
  Object.entries(filter).every(([key, value]) => key === 'chain' || value === undefined)

/** A chain as JSON Lines: manifest, events with their checkpoints in place, end. */
export async function* exportJsonLines(deps: ExportDeps, filter: EventFilter): AsyncGenerator<string> {
  const { chain } = filter
  const head = await findHead(deps.db, chain)
  const [first] = await listEvents(deps.db, { chain }, { order: 'asc', limit: 1 })
  const firstSeq = first?.seq ?? 1
  const whole = isWhole(filter)
  yield line({
    type: 'manifest',
    format: whole ? AUDIT_EXPORT_FORMAT : EXTRACT_FORMAT,
    chain,
    first_seq: firstSeq,
    last_seq: head.seq,
    exported_at: deps.clock.now().toISOString(),
    public_key: deps.key.publicPem,
    ...(whole ? {} : { filter: { ...filter } }),
  })
  // What came before the first event was deleted; the checkpoint that spoke for it still does.
  if (whole && firstSeq > 1) yield* checkpointLines(deps, chain, firstSeq - 1, firstSeq - 1)
  let events = 0
  for await (const lines of batches(deps, filter, head.seq)) {
    yield* whole ? withCheckpoints(deps, chain, lines) : lines.map((one) => line(one))
    events += lines.length
  }
  yield line({ type: 'end', events })
}

async function* withCheckpoints(deps: ExportDeps, chain: string, lines: readonly EventLine[]): AsyncGenerator<string> {
  const [from, to] = [lines[0]?.event.seq ?? 0, lines.at(-1)?.event.seq ?? 0]
  const checkpoints = await listCheckpointsBetween(deps.db, chain, { from, to })
  const byLast = new Map(checkpoints.map((checkpoint) => [checkpoint.last_seq, checkpoint]))
  for (const one of lines) {
    yield line(one)
    const checkpoint = byLast.get(one.event.seq)
    if (checkpoint) yield line({ type: 'checkpoint', checkpoint })
  }
}

async function* checkpointLines(deps: ExportDeps, chain: string, from: number, to: number): AsyncGenerator<string> {
  for (const checkpoint of await listCheckpointsBetween(deps.db, chain, { from, to })) {
    yield line({ type: 'checkpoint', checkpoint })
  }
}

const COLUMNS = [
  'seq',
  'at',
  'action',
  'outcome',
  'actor',
  'target type',
  'target',
  'before',
  'after',
  'network',
  'hash',
]

/** The same as a table for spreadsheets. */
export async function* exportCsv(deps: ExportDeps, filter: EventFilter): AsyncGenerator<string> {
  const head = await findHead(deps.db, filter.chain)
  yield `${COLUMNS.join(',')}\r\n`
  for await (const lines of batches(deps, filter, head.seq)) {
    for (const one of lines) {
      const view = showEvent(one, new Map())
      const { actor, target, before, after } = view
      const named = [actor.name ?? actor.id, target.type, target.name ?? target.id]
      const facts = [before, after].map((part) => (part === null ? '' : JSON.stringify(part)))
      const cells = [view.seq, view.at, view.action, view.outcome, ...named, ...facts, view.ipPrefix ?? '', view.hash]
      yield `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`
    }
  }
}

/** Quoted where needed; what a spreadsheet would run as a formula is kept text. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The Hub's shape: an array of `{_id, createdAt, type, …}`, newest last, of the latest events. */
export async function* exportForHub(deps: ReadDeps, filter: EventFilter): AsyncGenerator<string> {
  const head = await findHead(deps.db, filter.chain)
  const afterSeq = Math.max(0, head.seq - HUB_EXPORT_MAX)
  yield '['
  let isFirst = true
  for (let after = afterSeq; ; ) {
    const lines = await readEvents(deps, filter, { order: 'asc', afterSeq: after, limit: BATCH })
    for (const one of lines) {
      const { id, at, action, actor, target, before, after: changed, outcome, ipPrefix } = showEvent(one, new Map())
      const user = actor.type === 'user' ? { user: actor.name, userId: actor.id } : {}
      const shown = { _id: id, createdAt: at, type: action, ...user, target, before, after: changed, outcome, ipPrefix }
      yield `${isFirst ? '' : ',\n'}${JSON.stringify(shown)}`
      isFirst = false
    }
    if (lines.length < BATCH) break
    after = lines.at(-1)?.event.seq ?? head.seq
  }
  yield ']\n'
}

const line = (value: object): string => `${JSON.stringify(value)}\n`
