import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { LedgerAccountSpec } from './chart.js'
import type { Balance, Transfer, TransferKind } from './transfer.js'

/** Most rows a page of the ledger shows. */
export const LEDGER_PAGE = 200

const TRANSFER_COLUMNS = ['id', 'kind', 'debitId', 'creditId', 'amountMicros', 'pendingId', 'code', 'ref'] as const
const BALANCE_COLUMNS = [
  'id',
  'code',
  'owner',
  'currency',
  'debitsMustNotExceedCredits',
  'creditsMustNotExceedDebits',
  'isClosed',
  'debitsPendingMicros as debitsPending',
  'debitsPostedMicros as debitsPosted',
  'creditsPendingMicros as creditsPending',
  'creditsPostedMicros as creditsPosted',
] as const

export interface LedgerAccountRow extends Balance {
  readonly id: string
  readonly code: number
  readonly owner: string
}

export interface TransferRow extends Transfer {
  readonly groupId: string
  readonly at: Date
}

/** Creates the accounts that do not stand yet. */
export async function ensureLedgerAccounts(tx: Tx, specs: readonly LedgerAccountSpec[], at: Date): Promise<void> {
  const unique = [...new Map(specs.map((spec) => [spec.id, spec])).values()]
  if (unique.length === 0) return
  await sql`
    insert into commerce.ledger_accounts (id, code, owner, currency, debits_must_not_exceed_credits, created_at)
    select *, ${at}::timestamptz from unnest(${unique.map((spec) => spec.id)}::text[], ${unique.map((spec) => spec.code)}::int4[],
      ${unique.map((spec) => spec.owner)}::text[], ${unique.map((spec) => spec.currency)}::text[],
      ${unique.map((spec) => spec.debitsMustNotExceedCredits)}::bool[])
    on conflict do nothing`.execute(tx)
}

/** Balances locked in one order, so that two groups never wait for each other in a circle. */
export async function lockBalances(tx: Tx, ids: readonly string[]): Promise<Map<string, LedgerAccountRow>> {
  const rows = await tx
    .selectFrom('commerce.ledgerAccounts')
    .select(BALANCE_COLUMNS)
    .where(sql<boolean>`id = any(${[...new Set(ids)]}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** One account without a lock, or null. */
export async function findLedgerAccount(db: Db, id: string): Promise<LedgerAccountRow | null> {
  const row = await db
    .selectFrom('commerce.ledgerAccounts')
    .select(BALANCE_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

export async function listLedgerAccounts(
  db: Db,
  filter: { owner?: string; codes?: readonly number[] },
): Promise<LedgerAccountRow[]> {
  let query = db.selectFrom('commerce.ledgerAccounts').select(BALANCE_COLUMNS)
  if (filter.owner !== undefined) query = query.where('owner', '=', filter.owner)
  if (filter.codes) query = query.where('code', 'in', [...filter.codes])
  return query.orderBy('id').limit(LEDGER_PAGE).execute()
}

/** Transfers by id. */
export async function findTransfers(db: Db | Tx, ids: readonly string[]): Promise<Map<string, Transfer>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('commerce.ledgerTransfers')
    .select(TRANSFER_COLUMNS)
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, { ...row, kind: row.kind as TransferKind }]))
}

/** Pending transfers among `ids` that nothing has resolved yet. */
export async function findUnresolved(tx: Tx, ids: readonly string[]): Promise<Map<string, Transfer>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('commerce.ledgerTransfers as p')
    .select(TRANSFER_COLUMNS.map((column) => `p.${column}` as const))
    .where(sql<boolean>`p.id = any(${[...ids]}::text[])`)
    .where('p.kind', '=', 'pending')
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom('commerce.ledgerTransfers as r').select('r.id').whereRef('r.pendingId', '=', 'p.id')),
      ),
    )
    .execute()
  return new Map(rows.map((row) => [row.id, { ...row, kind: row.kind as TransferKind }]))
}

export async function insertTransfers(
  tx: Tx,
  transfers: readonly Transfer[],
  group: { id: string; at: Date },
): Promise<void> {
  const text = (pick: (transfer: Transfer) => string | null) => transfers.map(pick)
  await sql`
    insert into commerce.ledger_transfers (id, kind, debit_id, credit_id, amount_micros, pending_id, code, ref, group_id, at)
    select *, ${group.id}::text, ${group.at}::timestamptz from unnest(${text((one) => one.id)}::text[], ${text((one) => one.kind)}::text[],
      ${text((one) => one.debitId)}::text[], ${text((one) => one.creditId)}::text[],
      ${transfers.map((one) => one.amountMicros)}::int8[], ${text((one) => one.pendingId)}::text[],
      ${text((one) => one.code)}::text[], ${text((one) => one.ref)}::text[])`.execute(tx)
}

export async function updateBalances(tx: Tx, balances: ReadonlyMap<string, LedgerAccountRow>): Promise<void> {
  const rows = [...balances.values()]
  await sql`
    update commerce.ledger_accounts a set
      debits_pending_micros = n.debits_pending, debits_posted_micros = n.debits_posted,
      credits_pending_micros = n.credits_pending, credits_posted_micros = n.credits_posted
    from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.debitsPending)}::int8[],
      ${rows.map((row) => row.debitsPosted)}::int8[], ${rows.map((row) => row.creditsPending)}::int8[],
      ${rows.map((row) => row.creditsPosted)}::int8[])
      as n (id, debits_pending, debits_posted, credits_pending, credits_posted)
    where a.id = n.id`.execute(tx)
}

/** Where a page of transfers continues: after this one. */
export interface TransferCursor {
  readonly at: Date
  readonly id: string
}

/** Transfers that touch an account or belong to a group, newest first. */
export async function listTransfers(
  db: Db,
  filter: {
    ledgerAccountId?: string
    groupId?: string
    /** Only transfers that touch an account of one of these owners. */
    owners?: readonly string[]
    kinds?: readonly TransferKind[]
    exceptCode?: string
  },
  page: { limit: number; after: TransferCursor | null },
): Promise<TransferRow[]> {
  let query = db.selectFrom('commerce.ledgerTransfers').select([...TRANSFER_COLUMNS, 'groupId', 'at'])
  const { ledgerAccountId: account } = filter
  if (account) query = query.where((eb) => eb.or([eb('debitId', '=', account), eb('creditId', '=', account)]))
  if (filter.groupId) query = query.where('groupId', '=', filter.groupId)
  if (filter.kinds) query = query.where('kind', 'in', [...filter.kinds])
  if (filter.exceptCode) query = query.where('code', '<>', filter.exceptCode)
  if (filter.owners) {
    const owned = sql`(select id from commerce.ledger_accounts where owner = any(${[...filter.owners]}::text[]))`
    query = query.where(sql<boolean>`(debit_id in ${owned} or credit_id in ${owned})`)
  }
  if (page.after) {
    const { at, id } = page.after
    query = query.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${id}::text)`)
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(Math.min(page.limit, LEDGER_PAGE))
    .execute()
  return rows.map((row) => ({ ...row, kind: row.kind as TransferKind }))
}

/** What moved on a wallet in a span, by code and direction. */
export async function sumMovements(
  db: Db,
  ledgerAccountId: string,
  span: { from: Date | null; to: Date },
): Promise<{ code: string; inMicros: bigint; outMicros: bigint }[]> {
  const { rows } = await sql<{ code: string; inMicros: string; outMicros: string }>`
    select code, coalesce(sum(amount_micros) filter (where credit_id = ${ledgerAccountId}), 0) as in_micros,
      coalesce(sum(amount_micros) filter (where debit_id = ${ledgerAccountId}), 0) as out_micros
    from commerce.ledger_transfers
    where (debit_id = ${ledgerAccountId} or credit_id = ${ledgerAccountId}) and kind in ('posted', 'post')
      and at < ${span.to}::timestamptz and (${span.from}::timestamptz is null or at >= ${span.from}::timestamptz)
    group by code order by code`.execute(db)
  return rows.map((row) => ({ code: row.code, inMicros: BigInt(row.inMicros), outMicros: BigInt(row.outMicros) }))
}

/** Counters recomputed from the transfers themselves, for every account where they differ: must be none. */
export async function findUnbalancedAccounts(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with resolved as (select pending_id from commerce.ledger_transfers where pending_id is not null),
    sides as (
      select debit_id as id, amount_micros as dpo, 0 as dpe, 0 as cpo, 0 as cpe from commerce.ledger_transfers where kind in ('posted', 'post')
      union all select credit_id, 0, 0, amount_micros, 0 from commerce.ledger_transfers where kind in ('posted', 'post')
      union all select debit_id, 0, amount_micros, 0, 0 from commerce.ledger_transfers t
        where kind = 'pending' and not exists (select from resolved where pending_id = t.id)
      union all select credit_id, 0, 0, 0, amount_micros from commerce.ledger_transfers t
        where kind = 'pending' and not exists (select from resolved where pending_id = t.id)
    ), sums as (select id, sum(dpo) as dpo, sum(dpe) as dpe, sum(cpo) as cpo, sum(cpe) as cpe from sides group by id)
    select a.id from commerce.ledger_accounts a left join sums s on s.id = a.id
    where a.debits_posted_micros <> coalesce(s.dpo, 0) or a.debits_pending_micros <> coalesce(s.dpe, 0)
      or a.credits_posted_micros <> coalesce(s.cpo, 0) or a.credits_pending_micros <> coalesce(s.cpe, 0)
    order by a.id`.execute(db)
  return rows.map((row) => row.id)
}

/** What was ever paid into accounts of a code, oldest first; for the export of a manifest. */
export async function listCredits(
  db: Db,
  filter: { code: string; accountCode: number },
): Promise<{ id: string; owner: string; currency: string; amountMicros: bigint; ref: string }[]> {
  return db
    .selectFrom('commerce.ledgerTransfers as t')
    .innerJoin('commerce.ledgerAccounts as a', 'a.id', 't.creditId')
    .select(['t.id', 'a.owner', 'a.currency', 't.amountMicros', 't.ref'])
    .where('t.code', '=', filter.code)
    .where('a.code', '=', filter.accountCode)
    .orderBy('t.at')
    .orderBy('t.id')
    .execute()
}
