import { sql } from 'kysely'
import type { Db } from '../../../kit/db/database.js'

/** Most rows of one answer; the contract says the same. */
export const ROW_LIMIT = 2000

export interface Span {
  readonly from: Date
  readonly to: Date
}

export interface UsageFilter extends Span {
  readonly payerId: string
  readonly currency: string
  readonly resource?: string | undefined
  readonly tokenId?: string | undefined
  readonly userId?: string | undefined
  readonly listingId?: string | undefined
}

export type UsageGrouping = 'hour' | 'day' | 'month' | 'resource' | 'token' | 'user' | 'listing'

export interface UsageSums {
  readonly calls: bigint
  readonly inputTokens: bigint
  readonly cachedInputTokens: bigint
  readonly outputTokens: bigint
  readonly chargedMicros: bigint
}

/** Usage of one payer, grouped; times ascending, everything else by what it cost. Free calls belong to every currency. */
export async function sumUsage(
  db: Db,
  filter: UsageFilter,
  groupBy: UsageGrouping,
): Promise<({ key: string } & UsageSums)[]> {
  const key = usageKey(groupBy)
  const isTime = groupBy === 'hour' || groupBy === 'day' || groupBy === 'month'
  const { rows } = await sql<{
    key: string
    calls: string
    inputTokens: string
    cachedInputTokens: string
    outputTokens: string
    chargedMicros: string
  }>`
    select ${key} as key, sum(calls) as calls, sum(input_tokens) as input_tokens, sum(cached_input_tokens) as cached_input_tokens,
      sum(output_tokens) as output_tokens, sum(charged_micros) as charged_micros
    from metering.call_hours
    where payer_id = ${filter.payerId} and hour >= ${filter.from}::timestamptz and hour < ${filter.to}::timestamptz
      and currency in (${filter.currency}, '')
      and (${filter.resource ?? null}::text is null or lower(resource) = lower(${filter.resource ?? null}::text))
      and (${filter.tokenId ?? null}::text is null or token_id = ${filter.tokenId ?? null}::text)
      and (${filter.userId ?? null}::text is null or user_id = ${filter.userId ?? null}::text)
      and (${filter.listingId ?? null}::text is null or listing_id = ${filter.listingId ?? null}::text)
    group by 1 order by ${isTime ? sql`1` : sql`6 desc, 2 desc, 1`} limit ${ROW_LIMIT}`.execute(db)
  return rows.map((row) => ({
    key: row.key,
    calls: BigInt(row.calls),
    inputTokens: BigInt(row.inputTokens),
    cachedInputTokens: BigInt(row.cachedInputTokens),
    outputTokens: BigInt(row.outputTokens),
    chargedMicros: BigInt(row.chargedMicros),
  }))
}

/** An instant as the API writes it. */
const INSTANT = sql`'YYYY-MM-DD"T"HH24:MI:SS"Z"'`

function usageKey(groupBy: UsageGrouping) {
  if (groupBy === 'resource') return sql`resource`
  if (groupBy === 'token') return sql`token_id`
  if (groupBy === 'user') return sql`user_id`
  if (groupBy === 'listing') return sql`listing_id`
  return timeKey(groupBy)
}

function timeKey(groupBy: 'hour' | 'day' | 'month') {
  return sql`to_char(date_trunc(${sql.lit(groupBy)}, hour at time zone 'UTC'), ${INSTANT})`
}

export interface RevenueFilter extends Span {
  readonly sellerId: string | null
  readonly currency: string
  readonly listingId?: string | undefined
}

export type RevenueGrouping = 'hour' | 'day' | 'month' | 'listing' | 'seller'

export interface RevenueSums {
  readonly calls: bigint
  readonly grossMicros: bigint
  readonly feeMicros: bigint
  readonly netMicros: bigint
}

/** What was sold, grouped. */
export async function sumRevenue(
  db: Db,
  filter: RevenueFilter,
  groupBy: RevenueGrouping,
): Promise<({ key: string } & RevenueSums)[]> {
  const key = groupBy === 'listing' ? sql`listing_id` : groupBy === 'seller' ? sql`seller_id` : timeKey(groupBy)
  const isTime = groupBy !== 'listing' && groupBy !== 'seller'
  const { rows } = await sql<{ key: string; calls: string; grossMicros: string; feeMicros: string; netMicros: string }>`
    select ${key} as key, sum(calls) as calls, sum(gross_micros) as gross_micros, sum(fee_micros) as fee_micros, sum(net_micros) as net_micros
    from metering.sales
    where (${filter.sellerId}::text is null or seller_id = ${filter.sellerId}::text)
      and hour >= ${filter.from}::timestamptz and hour < ${filter.to}::timestamptz and currency = ${filter.currency}
      and (${filter.listingId ?? null}::text is null or listing_id = ${filter.listingId ?? null}::text)
    group by 1 order by ${isTime ? sql`1` : sql`3 desc, 1`} limit ${ROW_LIMIT}`.execute(db)
  return rows.map((row) => ({
    key: row.key,
    calls: BigInt(row.calls),
    grossMicros: BigInt(row.grossMicros),
    feeMicros: BigInt(row.feeMicros),
    netMicros: BigInt(row.netMicros),
  }))
}

export interface SaleCursor {
  readonly at: Date
  readonly foldId: string
  readonly listingId: string
}

/** Sales of a seller by fold, newest first, with the place of the fold in its journal. Buyers are not named. */
export async function listSales(db: Db, filter: RevenueFilter, page: { limit: number; after: SaleCursor | null }) {
  let query = db
    .selectFrom('metering.sales as s')
    .innerJoin('metering.folds as f', 'f.id', 's.foldId')
    .select((eb) => [
      's.foldId',
      's.listingId',
      's.hour',
      's.planVersionId',
      's.feePpm',
      's.groupId',
      'f.foldedAt',
      'f.journalId',
      'f.segment',
      'f.fromOffsetBytes',
      'f.toOffsetBytes',
      eb.fn.sum<string>('s.calls').as('calls'),
      eb.fn.sum<string>('s.grossMicros').as('grossMicros'),
      eb.fn.sum<string>('s.feeMicros').as('feeMicros'),
      eb.fn.sum<string>('s.netMicros').as('netMicros'),
    ])
    .where('s.hour', '>=', filter.from)
    .where('s.hour', '<', filter.to)
    .where('s.currency', '=', filter.currency)
    .groupBy(['s.foldId', 's.listingId', 's.hour', 's.planVersionId', 's.feePpm', 's.groupId', 'f.id'])
  if (filter.sellerId !== null) query = query.where('s.sellerId', '=', filter.sellerId)
  if (filter.listingId !== undefined) query = query.where('s.listingId', '=', filter.listingId)
  if (page.after) {
    const { at, foldId, listingId } = page.after
    query = query.where(
      sql<boolean>`(s.hour, s.fold_id, s.listing_id) < (${at}::timestamptz, ${foldId}::text, ${listingId}::text)`,
    )
  }
  return query
    .orderBy('s.hour', 'desc')
    .orderBy('s.foldId', 'desc')
    .orderBy('s.listingId', 'desc')
    .limit(page.limit)
    .execute()
}

/**
 * Rated totals of one buyer in one service period and currency. A plan version has one currency, and what is rated under it is
 * drawn under it: the draw says which.
 */
export async function listRatedLines(db: Db, wanted: { payerId: string; periodStart: Date; currency: string }) {
  return db
    .selectFrom('metering.ratedLines as r')
    .select(['r.listingId', 'r.planVersionId', 'r.component', 'r.meter', 'r.quantity', 'r.ratedMicros'])
    .where('r.payerId', '=', wanted.payerId)
    .where('r.periodStart', '=', wanted.periodStart)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('metering.draws as d')
          .select('d.payerId')
          .whereRef('d.payerId', '=', 'r.payerId')
          .whereRef('d.listingId', '=', 'r.listingId')
          .whereRef('d.planVersionId', '=', 'r.planVersionId')
          .whereRef('d.periodStart', '=', 'r.periodStart')
          .where('d.currency', '=', wanted.currency),
      ),
    )
    .orderBy('r.listingId')
    .orderBy('r.planVersionId')
    .orderBy('r.component')
    .orderBy('r.meter')
    .limit(ROW_LIMIT)
    .execute()
}

export interface FoldPlace {
  readonly id: string
  readonly journalId: string
  readonly segment: number
  readonly fromOffsetBytes: bigint
  readonly toOffsetBytes: bigint
  readonly foldedAt: Date
}

/** Folds that may hold calls of an hour, oldest first; with a listing only those that drew for this payer and listing. */
export async function listFoldsOf(
  db: Db,
  wanted: { payerId: string; listingId?: string | undefined; from: Date; to: Date },
  page: { limit: number; afterId: string | null },
): Promise<FoldPlace[]> {
  let query = db
    .selectFrom('metering.folds as f')
    .select(['f.id', 'f.journalId', 'f.segment', 'f.fromOffsetBytes', 'f.toOffsetBytes', 'f.foldedAt'])
    .where('f.lastCallAt', '>=', wanted.from)
    .where('f.firstCallAt', '<', wanted.to)
  const { listingId } = wanted
  if (listingId !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('metering.sales as s')
          .select('s.foldId')
          .whereRef('s.foldId', '=', 'f.id')
          .where('s.payerId', '=', wanted.payerId)
          .where('s.listingId', '=', listingId),
      ),
    )
  }
  if (page.afterId !== null) {
    query = query.where(
      sql<boolean>`(f.folded_at, f.journal_id, f.segment, f.from_offset_bytes) >= (
        select folded_at, journal_id, segment, from_offset_bytes from metering.folds where id = ${page.afterId}::text)`,
    )
  }
  const inOrder = query.orderBy('f.foldedAt').orderBy('f.journalId').orderBy('f.segment').orderBy('f.fromOffsetBytes')
  return inOrder.limit(page.limit).execute()
}
