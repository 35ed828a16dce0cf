import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { BudgetPeriod } from '../gate/window.js'
import type { HourGroup } from '../journal/gather-calls.js'
import type { Draw, RatedLine } from './price-fold.js'

export interface JournalCursor {
  readonly segment: number
  readonly offsetBytes: bigint
}

export interface JournalRow extends JournalCursor {
  readonly id: string
  readonly closedAt: Date | null
}

export async function insertJournal(tx: Tx, row: { id: string; nodeId: string; at: Date }): Promise<void> {
  const { id, nodeId, at } = row
  await tx.insertInto('metering.journals').values({ id, nodeId, startedAt: at, seenAt: at }).execute()
}

/** Says that a process lives; false when its journal was closed by another. */
export async function touchJournal(tx: Tx, id: string, at: Date): Promise<boolean> {
  const query = tx
    .updateTable('metering.journals')
    .set({ seenAt: at })
    .where('id', '=', id)
    .where('closedAt', 'is', null)
  return (await query.executeTakeFirst()).numUpdatedRows === 1n
}

/** Journals of a data folder that nobody closed: their processes died. */
export async function listOpenJournals(db: Db, nodeId: string): Promise<string[]> {
  const query = db
    .selectFrom('metering.journals')
    .select('id')
    .where('nodeId', '=', nodeId)
    .where('closedAt', 'is', null)
  return (await query.orderBy('startedAt').execute()).map((row) => row.id)
}

/** Open journals of other data folders that were last seen before an instant. */
export async function listSilentJournals(
  db: Db,
  nodeId: string,
  before: Date,
): Promise<{ id: string; segment: number }[]> {
  return db
    .selectFrom('metering.journals')
    .select(['id', 'cursorSegment as segment'])
    .where('nodeId', '<>', nodeId)
    .where('closedAt', 'is', null)
    .where('seenAt', '<', before)
    .orderBy('startedAt')
    .limit(20)
    .execute()
}

export async function findJournal(db: Db, id: string): Promise<JournalRow | null> {
  const row = await db
    .selectFrom('metering.journals')
    .select(['id', 'closedAt', 'cursorSegment as segment', 'cursorOffsetBytes as offsetBytes'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

export async function closeJournal(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable('metering.journals').set({ closedAt: at, seenAt: at }).where('id', '=', id).execute()
}

/** Moves the cursor when it still stands where the fold began: the one thing that makes a replay count nothing twice. */
export async function moveCursor(
  tx: Tx,
  id: string,
  from: JournalCursor,
  to: JournalCursor,
  at: Date,
): Promise<boolean> {
  const result = await tx
    .updateTable('metering.journals')
    .set({ cursorSegment: to.segment, cursorOffsetBytes: to.offsetBytes, seenAt: at })
    .where('id', '=', id)
    .where('cursorSegment', '=', from.segment)
    .where('cursorOffsetBytes', '=', from.offsetBytes)
    .where('closedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export interface FoldRow {
  readonly id: string
  readonly journalId: string
  readonly segment: number
  readonly fromOffsetBytes: bigint
  readonly toOffsetBytes: bigint
  readonly callCount: number
  readonly firstCallAt: Date
  readonly lastCallAt: Date
  readonly foldedAt: Date
}

export async function insertFold(tx: Tx, row: FoldRow): Promise<void> {
  await tx.insertInto('metering.folds').values(row).execute()
}

export async function listBudgetPeriods(db: Db | Tx, ids: readonly string[]): Promise<Map<string, BudgetPeriod>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('metering.budgets')
    .select(['id', 'period'])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row.period as BudgetPeriod]))
}

interface PeriodKey {
  readonly payerId: string
  readonly listingId: string
  readonly planVersionId: string
  readonly periodStart: Date
}

/** Running totals of these buyers, listings and periods, locked: another process may fold the same buyer. */
export async function lockRatedLines(tx: Tx, keys: readonly PeriodKey[]): Promise<RatedLine[]> {
  if (keys.length === 0) return []
  return tx
    .selectFrom('metering.ratedLines')
    .selectAll()
    .where(isAmong(keys))
    .orderBy('payerId')
    .orderBy('listingId')
    .orderBy('planVersionId')
    .orderBy('periodStart')
    .orderBy('component')
    .orderBy('meter')
    .forUpdate()
    .execute()
}

export async function lockDraws(tx: Tx, keys: readonly PeriodKey[]): Promise<Draw[]> {
  if (keys.length === 0) return []
  return tx
    .selectFrom('metering.draws')
    .selectAll()
    .where(isAmong(keys))
    .orderBy('payerId')
    .orderBy('listingId')
    .orderBy('planVersionId')
    .orderBy('periodStart')
    .orderBy('feePpm')
    .forUpdate()
    .execute()
}

function isAmong(keys: readonly PeriodKey[]) {
  return sql<boolean>`(payer_id, listing_id, plan_version_id, period_start) in (
    select * from unnest(${keys.map((key) => key.payerId)}::text[], ${keys.map((key) => key.listingId)}::text[],
      ${keys.map((key) => key.planVersionId)}::text[], ${keys.map((key) => key.periodStart)}::timestamptz[]))`
}

/** Makes the rows that are missing, so that the locks that follow hold them. */
export async function ensureDraws(tx: Tx, draws: readonly Draw[]): Promise<void> {
  if (draws.length === 0) return
  const text = (pick: (draw: Draw) => string) => draws.map(pick)
  await sql`
    insert into metering.draws (payer_id, listing_id, plan_version_id, period_start, fee_ppm, seller_id, currency,
      rated_micros, gross_micros, fee_micros, net_micros)
    select *, 0, 0, 0, 0 from unnest(${text((draw) => draw.payerId)}::text[], ${text((draw) => draw.listingId)}::text[],
      ${text((draw) => draw.planVersionId)}::text[], ${draws.map((draw) => draw.periodStart)}::timestamptz[],
      ${draws.map((draw) => draw.feePpm)}::int4[], ${text((draw) => draw.sellerId)}::text[],
      ${text((draw) => draw.currency)}::text[])
    on conflict do nothing`.execute(tx)
}

export async function upsertRatedLines(tx: Tx, rows: readonly RatedLine[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into metering.rated_lines (payer_id, listing_id, plan_version_id, period_start, component, meter, quantity, rated_micros)
    select * from unnest(${rows.map((row) => row.payerId)}::text[], ${rows.map((row) => row.listingId)}::text[],
      ${rows.map((row) => row.planVersionId)}::text[], ${rows.map((row) => row.periodStart)}::timestamptz[],
      ${rows.map((row) => row.component)}::int4[], ${rows.map((row) => row.meter)}::text[],
      ${rows.map((row) => row.quantity)}::int8[], ${rows.map((row) => row.ratedMicros)}::int8[])
    on conflict (payer_id, listing_id, plan_version_id, period_start, component, meter)
    do update set quantity = excluded.quantity, rated_micros = excluded.rated_micros`.execute(tx)
}

export async function updateDraws(tx: Tx, rows: readonly Draw[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update metering.draws d set rated_micros = n.rated, gross_micros = n.gross, fee_micros = n.fee, net_micros = n.net
    from unnest(${rows.map((row) => row.payerId)}::text[], ${rows.map((row) => row.listingId)}::text[],
      ${rows.map((row) => row.planVersionId)}::text[], ${rows.map((row) => row.periodStart)}::timestamptz[],
      ${rows.map((row) => row.feePpm)}::int4[], ${rows.map((row) => row.ratedMicros)}::int8[],
      ${rows.map((row) => row.grossMicros)}::int8[], ${rows.map((row) => row.feeMicros)}::int8[],
      ${rows.map((row) => row.netMicros)}::int8[])
      as n (payer_id, listing_id, plan_version_id, period_start, fee_ppm, rated, gross, fee, net)
    where d.payer_id = n.payer_id and d.listing_id = n.listing_id and d.plan_version_id = n.plan_version_id
      and d.period_start = n.period_start and d.fee_ppm = n.fee_ppm`.execute(tx)
}

/** Adds groups to their hours. Each key appears once in `groups`. */
export async function addCallHours(
  tx: Tx,
  groups: readonly HourGroup[],
  charged: ReadonlyMap<HourGroup, bigint>,
): Promise<void> {
  if (groups.length === 0) return
  const text = (pick: (group: HourGroup) => string | null) => groups.map((group) => pick(group) ?? '')
  const count = (pick: (group: HourGroup) => bigint) => groups.map(pick)
  await sql`
    insert into metering.call_hours as h (payer_id, hour, user_id, token_id, resource, endpoint_id, listing_id, plan_version_id,
      currency, calls, input_tokens, cached_input_tokens, output_tokens, latency_ms, charged_micros)
    select * from unnest(${text((group) => group.subject.payerId)}::text[], ${groups.map((group) => new Date(group.hourMs))}::timestamptz[],
      ${text((group) => group.subject.userId)}::text[], ${text((group) => group.subject.tokenId)}::text[],
      ${text((group) => group.subject.resource)}::text[], ${text((group) => group.subject.endpointId)}::text[],
      ${text((group) => group.subject.listingId)}::text[], ${text((group) => group.subject.planVersionId)}::text[],
      ${text((group) => group.subject.currency)}::text[], ${count((group) => group.calls)}::int8[],
      ${count((group) => group.inputTokens)}::int8[], ${count((group) => group.cachedInputTokens)}::int8[],
      ${count((group) => group.outputTokens)}::int8[], ${count((group) => group.latencyMs)}::int8[],
      ${count((group) => charged.get(group) ?? 0n)}::int8[])
    on conflict (payer_id, hour, user_id, token_id, resource, endpoint_id, listing_id, plan_version_id, currency) do update set
      calls = h.calls + excluded.calls, input_tokens = h.input_tokens + excluded.input_tokens,
      cached_input_tokens = h.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = h.output_tokens + excluded.output_tokens, latency_ms = h.latency_ms + excluded.latency_ms,
      charged_micros = h.charged_micros + excluded.charged_micros`.execute(tx)
}

export interface SaleRow {
  readonly foldId: string
  readonly listingId: string
  readonly payerId: string
  readonly hour: Date
  readonly sellerId: string
  readonly planVersionId: string
  readonly feePpm: number
  readonly currency: string
  readonly calls: bigint
  readonly grossMicros: bigint
  readonly feeMicros: bigint
  readonly netMicros: bigint
  readonly groupId: string
}

export async function insertSales(tx: Tx, rows: readonly SaleRow[]): Promise<void> {
  if (rows.length === 0) return
  const text = (pick: (row: SaleRow) => string) => rows.map(pick)
  const count = (pick: (row: SaleRow) => bigint) => rows.map(pick)
  await sql`
    insert into metering.sales (fold_id, listing_id, payer_id, hour, seller_id, plan_version_id, fee_ppm, currency, calls,
      gross_micros, fee_micros, net_micros, group_id)
    select * from unnest(${text((row) => row.foldId)}::text[], ${text((row) => row.listingId)}::text[],
      ${text((row) => row.payerId)}::text[], ${rows.map((row) => row.hour)}::timestamptz[], ${text((row) => row.sellerId)}::text[],
      ${text((row) => row.planVersionId)}::text[], ${rows.map((row) => row.feePpm)}::int4[], ${text((row) => row.currency)}::text[],
      ${count((row) => row.calls)}::int8[], ${count((row) => row.grossMicros)}::int8[], ${count((row) => row.feeMicros)}::int8[],
      ${count((row) => row.netMicros)}::int8[], ${text((row) => row.groupId)}::text[])`.execute(tx)
}
