import type { Db, Tx } from '../../../kit/db/database.js'
import type { BudgetPeriod } from './window.js'

export interface BudgetRow {
  readonly id: string
  readonly accountId: string
  readonly scope: string
  readonly subjectId: string
  readonly period: BudgetPeriod
  readonly currency: string
  readonly limitMicros: bigint
  readonly softPpm: number[]
  readonly action: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

const COLUMNS = [
  'id',
  'accountId',
  'scope',
  'subjectId',
  'period',
  'currency',
  'limitMicros',
  'softPpm',
  'action',
  'createdAt',
  'updatedAt',
] as const

const toRow = <T extends { period: string }>(row: T) => ({ ...row, period: row.period as BudgetPeriod })

export async function findBudget(db: Db | Tx, id: string): Promise<BudgetRow | null> {
  const query = db.selectFrom('metering.budgets').select(COLUMNS).where('removedAt', 'is', null)
  const row = await query.where('id', '=', id).executeTakeFirst()
  return row ? toRow(row) : null
}

/** The live budget of one subject and period; null when there is none. */
export async function findBudgetOf(
  db: Db | Tx,
  key: Pick<BudgetRow, 'accountId' | 'scope' | 'subjectId' | 'period' | 'currency'>,
): Promise<BudgetRow | null> {
  const row = await db
    .selectFrom('metering.budgets')
    .select(COLUMNS)
    .where('removedAt', 'is', null)
    .where('accountId', '=', key.accountId)
    .where('scope', '=', key.scope)
    .where('subjectId', '=', key.subjectId)
    .where('period', '=', key.period)
    .where('currency', '=', key.currency)
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** Live budgets, of one account or all. */
export async function listBudgets(db: Db, accountId: string | null): Promise<BudgetRow[]> {
  let query = db.selectFrom('metering.budgets').select(COLUMNS).where('removedAt', 'is', null)
  if (accountId !== null) query = query.where('accountId', '=', accountId)
  return (await query.orderBy('createdAt').orderBy('id').limit(1000).execute()).map(toRow)
}

export async function insertBudget(tx: Tx, row: BudgetRow): Promise<void> {
  await tx.insertInto('metering.budgets').values(row).execute()
}

export async function updateBudget(
  tx: Tx,
  id: string,
  change: Partial<Pick<BudgetRow, 'limitMicros' | 'softPpm' | 'action'>> & { updatedAt: Date; removedAt?: Date },
): Promise<void> {
  await tx.updateTable('metering.budgets').set(change).where('id', '=', id).execute()
}

export async function findWindow(
  db: Db,
  budgetId: string,
  startsAt: Date,
): Promise<{ usedMicros: bigint; leasedMicros: bigint } | null> {
  const row = await db
    .selectFrom('metering.budgetWindows')
    .select(['usedMicros', 'leasedMicros'])
    .where('budgetId', '=', budgetId)
    .where('startsAt', '=', startsAt)
    .executeTakeFirst()
  return row ?? null
}

/** What was charged since an instant to the subject of a new budget, so that it starts with the truth. */
export async function sumCharged(
  tx: Tx,
  subject: { scope: string; subjectId: string; accountId: string; currency: string },
  since: Date,
): Promise<bigint> {
  let query = tx
    .selectFrom('metering.callHours')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<string>('chargedMicros'), eb.lit(0)).as('micros'))
    .where('hour', '>=', since)
    .where('currency', '=', subject.currency)
  if (subject.scope === 'key') query = query.where('tokenId', '=', subject.subjectId)
  if (subject.scope === 'user') query = query.where('userId', '=', subject.subjectId)
  if (subject.scope === 'org') query = query.where('payerId', '=', subject.subjectId)
  if (subject.scope === 'listing')
    query = query
      .where('listingId', '=', subject.subjectId)
      .where((eb) => eb.or([eb('payerId', '=', subject.accountId), eb('userId', '=', subject.accountId)]))
  const row = await query.executeTakeFirstOrThrow()
  return BigInt(row.micros)
}

export async function insertWindow(
  tx: Tx,
  row: { budgetId: string; startsAt: Date; endsAt: Date; usedMicros: bigint },
): Promise<void> {
  await tx.insertInto('metering.budgetWindows').values(row).execute()
}
