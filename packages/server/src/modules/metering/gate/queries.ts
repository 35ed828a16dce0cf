import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { BudgetPeriod } from './window.js'

export interface HoldingBudget {
  readonly id: string
  readonly scope: string
  readonly period: BudgetPeriod
  readonly action: string
}

/** Every budget of payer or caller that a call falls under, in the order in which refusals name them. */
export async function listHoldingBudgets(
  db: Db,
  parties: { payerId: string; userId: string; tokenId: string | null; listingId: string; currency: string },
): Promise<HoldingBudget[]> {
  const rows = await db
    .selectFrom('metering.budgets')
    .select(['id', 'scope', 'period', 'action'])
    .where('removedAt', 'is', null)
    .where('currency', '=', parties.currency)
    .where('accountId', 'in', [parties.payerId, parties.userId])
    .where((eb) =>
      eb.or([
        eb.and([eb('scope', '=', 'key'), eb('subjectId', '=', parties.tokenId ?? '')]),
        eb.and([eb('scope', '=', 'user'), eb('subjectId', '=', parties.userId)]),
        eb.and([eb('scope', '=', 'org'), eb('subjectId', '=', parties.payerId)]),
        eb.and([eb('scope', '=', 'listing'), eb('subjectId', '=', parties.listingId)]),
      ]),
    )
    .orderBy('id')
    .execute()
  const order = ['key', 'user', 'org', 'listing']
  return rows
    .map((row) => ({ ...row, period: row.period as BudgetPeriod }))
    .sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope))
}

export interface LeaseKey {
  readonly journalId: string
  readonly scope: 'wallet' | 'budget'
  readonly subjectId: string
  readonly windowStart: Date
}

export interface LeaseRow extends LeaseKey {
  readonly amountMicros: bigint
  readonly pendingId: string | null
}

/** The leases of one process, locked in one order; all of them when no keys are given. */
export async function lockLeases(tx: Tx, journalId: string, keys: readonly LeaseKey[] | null): Promise<LeaseRow[]> {
  let query = tx
    .selectFrom('metering.leases')
    .select(['journalId', 'scope', 'subjectId', 'windowStart', 'amountMicros', 'pendingId'])
    .where('journalId', '=', journalId)
  if (keys) {
    if (keys.length === 0) return []
    query = query.where(sql<boolean>`(scope, subject_id, window_start) in (
      select * from unnest(${keys.map((key) => key.scope)}::text[], ${keys.map((key) => key.subjectId)}::text[],
        ${keys.map((key) => key.windowStart)}::timestamptz[]))`)
  }
  const rows = await query.orderBy('scope').orderBy('subjectId').orderBy('windowStart').forUpdate().execute()
  return rows.map((row) => ({ ...row, scope: row.scope as LeaseKey['scope'] }))
}

/** Sets leases to their new amounts. */
export async function upsertLeases(tx: Tx, rows: readonly LeaseRow[], at: Date): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into metering.leases (journal_id, scope, subject_id, window_start, amount_micros, pending_id, updated_at)
    select *, ${at}::timestamptz from unnest(${rows.map((row) => row.journalId)}::text[], ${rows.map((row) => row.scope)}::text[],
      ${rows.map((row) => row.subjectId)}::text[], ${rows.map((row) => row.windowStart)}::timestamptz[],
      ${rows.map((row) => row.amountMicros)}::int8[], ${rows.map((row) => row.pendingId)}::text[])
    on conflict (journal_id, scope, subject_id, window_start) do update
      set amount_micros = excluded.amount_micros, pending_id = excluded.pending_id, updated_at = excluded.updated_at`.execute(
    tx,
  )
}

export async function deleteLeases(tx: Tx, journalId: string): Promise<void> {
  await tx.deleteFrom('metering.leases').where('journalId', '=', journalId).execute()
}

/** Makes the window of a budget when it does not stand yet. */
export async function ensureWindow(tx: Tx, window: { budgetId: string; startsAt: Date; endsAt: Date }): Promise<void> {
  await tx
    .insertInto('metering.budgetWindows')
    .values(window)
    .onConflict((on) => on.doNothing())
    .execute()
}

/** What a budget window still allows beyond what is used and leased; null when the budget is gone. Locks the window. */
export async function lockWindowRemaining(tx: Tx, budgetId: string, startsAt: Date): Promise<bigint | null> {
  const row = await tx
    .selectFrom('metering.budgetWindows as w')
    .innerJoin('metering.budgets as b', 'b.id', 'w.budgetId')
    .select(['b.limitMicros', 'w.usedMicros', 'w.leasedMicros'])
    .where('w.budgetId', '=', budgetId)
    .where('w.startsAt', '=', startsAt)
    .forUpdate('w')
    .executeTakeFirst()
  return row ? row.limitMicros - row.usedMicros - row.leasedMicros : null
}

/** The same without a lock, for telling a caller; a window that does not stand yet is untouched. */
export async function findWindowRemaining(db: Db, budgetId: string, startsAt: Date): Promise<bigint> {
  const row = await db
    .selectFrom('metering.budgets as b')
    .leftJoin('metering.budgetWindows as w', (join) =>
      join.onRef('w.budgetId', '=', 'b.id').on('w.startsAt', '=', startsAt),
    )
    .select(['b.limitMicros', 'w.usedMicros', 'w.leasedMicros'])
    .where('b.id', '=', budgetId)
    .executeTakeFirst()
  return row ? row.limitMicros - (row.usedMicros ?? 0n) - (row.leasedMicros ?? 0n) : 0n
}

/** Takes a lease from a budget window; the condition is the limit itself. False when it no longer fits. */
export async function leaseFromWindow(tx: Tx, budgetId: string, startsAt: Date, ask: bigint): Promise<boolean> {
  const { rows } = await sql`
    update metering.budget_windows w set leased_micros = w.leased_micros + ${ask}::int8
    from metering.budgets b
    where w.budget_id = ${budgetId} and w.starts_at = ${startsAt}::timestamptz and b.id = w.budget_id
      and w.used_micros + w.leased_micros + ${ask}::int8 <= b.limit_micros
    returning w.budget_id`.execute(tx)
  return rows.length === 1
}

/** Moves windows on: what was leased comes back, what was charged is used. Returns the thresholds' facts. */
export async function advanceWindows(
  tx: Tx,
  rows: readonly { budgetId: string; startsAt: Date; unleased: bigint; used: bigint }[],
): Promise<
  {
    budgetId: string
    startsAt: Date
    usedMicros: bigint
    limitMicros: bigint
    softPpm: number[]
    notifiedPpm: number
  }[]
> {
  if (rows.length === 0) return []
  const sorted = [...rows].sort((a, b) => (a.budgetId < b.budgetId ? -1 : 1))
  const result = await sql<{
    budgetId: string
    startsAt: Date
    usedMicros: bigint
    limitMicros: bigint
    softPpm: number[]
    notifiedPpm: number
  }>`
    update metering.budget_windows w
    set used_micros = w.used_micros + n.used, leased_micros = greatest(0, w.leased_micros - n.unleased)
    from unnest(${sorted.map((row) => row.budgetId)}::text[], ${sorted.map((row) => row.startsAt)}::timestamptz[],
      ${sorted.map((row) => row.unleased)}::int8[], ${sorted.map((row) => row.used)}::int8[]) as n (budget_id, starts_at, unleased, used),
      metering.budgets b
    where w.budget_id = n.budget_id and w.starts_at = n.starts_at and b.id = w.budget_id
    returning w.budget_id, w.starts_at, w.used_micros, b.limit_micros, b.soft_ppm, w.notified_ppm`.execute(tx)
  return result.rows
}

export async function setNotified(tx: Tx, budgetId: string, startsAt: Date, ppm: number): Promise<void> {
  await tx
    .updateTable('metering.budgetWindows')
    .set({ notifiedPpm: ppm })
    .where('budgetId', '=', budgetId)
    .where('startsAt', '=', startsAt)
    .execute()
}
