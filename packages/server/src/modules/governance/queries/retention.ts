import type { RetentionFinding } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'

export interface HoldRow {
  readonly id: string
  readonly accountId: string
  readonly reason: string
  readonly placedBy: string
  readonly createdAt: Date
  readonly releasedBy: string | null
  readonly releasedAt: Date | null
}

export async function insertHold(tx: Tx, hold: HoldRow): Promise<void> {
  await tx.insertInto('governance.legalHolds').values(hold).execute()
}

/** False when it was released already. */
export async function endHold(tx: Tx, id: string, by: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('governance.legalHolds')
    .set({ releasedBy: by, releasedAt: at })
    .where('id', '=', id)
    .where('releasedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function findHold(db: Db | Tx, id: string): Promise<HoldRow | null> {
  return (await db.selectFrom('governance.legalHolds').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** Holds, those that stand first, then the latest. */
export async function listHolds(db: Db | Tx, limit: number): Promise<HoldRow[]> {
  return db
    .selectFrom('governance.legalHolds')
    .selectAll()
    .orderBy('releasedAt', (order) => order.desc().nullsFirst())
    .orderBy('createdAt', 'desc')
    .limit(limit)
    .execute()
}

/** Accounts that a hold stands on. */
export async function listHeldAccounts(db: Db | Tx): Promise<string[]> {
  const rows = await db
    .selectFrom('governance.legalHolds')
    .select('accountId')
    .where('releasedAt', 'is', null)
    .execute()
  return rows.map((row) => row.accountId)
}

export async function listRules(db: Db | Tx): Promise<Map<string, number>> {
  const rows = await db.selectFrom('governance.retentionRules').select(['class', 'days']).execute()
  return new Map(rows.map((row) => [row.class, row.days]))
}

/** Null takes the rule away. */
export async function putRule(tx: Tx, name: string, days: number | null, now: Date): Promise<void> {
  if (days === null) {
    await tx.deleteFrom('governance.retentionRules').where('class', '=', name).execute()
    return
  }
  await tx
    .insertInto('governance.retentionRules')
    .values({ class: name, days, updatedAt: now })
    .onConflict((conflict) => conflict.column('class').doUpdateSet({ days, updatedAt: now }))
    .execute()
}

export interface RetentionReport {
  readonly classes: readonly RetentionFinding[]
}

export interface RunRow {
  readonly id: string
  readonly isDryRun: boolean
  readonly state: 'queued' | 'running' | 'done' | 'failed'
  readonly report: RetentionReport
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export async function insertRun(tx: Tx, run: RunRow): Promise<void> {
  await tx
    .insertInto('governance.retentionRuns')
    .values({ ...run, report: JSON.stringify(run.report) })
    .execute()
}

export async function updateRun(
  tx: Tx,
  id: string,
  change: Partial<Pick<RunRow, 'state' | 'report' | 'finishedAt'>>,
): Promise<void> {
  const { report, ...plain } = change
  await tx
    .updateTable('governance.retentionRuns')
    .set({ ...plain, ...(report ? { report: JSON.stringify(report) } : {}) })
    .where('id', '=', id)
    .execute()
}

/** The last runs, latest first. */
export async function listRuns(db: Db | Tx, limit: number): Promise<RunRow[]> {
  const rows = await db
    .selectFrom('governance.retentionRuns')
    .selectAll()
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, state: row.state as RunRow['state'], report: row.report as RetentionReport }))
}
