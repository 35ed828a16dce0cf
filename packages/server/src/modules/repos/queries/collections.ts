import type { Db, Tx } from '../../../kit/db/database.js'
import type { CollectionReport } from '../collect/report.js'

/** One run of the collector. */
export interface Collection {
  readonly id: string
  readonly isDryRun: boolean
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly jobId: string | null
  readonly requestedBy: string | null
  readonly report: CollectionReport
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export async function insertCollection(tx: Tx, row: Collection): Promise<void> {
  await tx
    .insertInto('repos.collections')
    .values({ ...row, report: JSON.stringify(row.report) })
    .execute()
}

export async function findCollection(db: Db, id: string): Promise<Collection | null> {
  const row = await db.selectFrom('repos.collections').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? { ...row, state: row.state as Collection['state'], report: row.report as CollectionReport } : null
}

/** The last runs, latest first. */
export async function listCollections(db: Db, limit: number): Promise<Collection[]> {
  const rows = await db
    .selectFrom('repos.collections')
    .selectAll()
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...row,
    state: row.state as Collection['state'],
    report: row.report as CollectionReport,
  }))
}

export interface CollectionChange {
  readonly state?: Collection['state']
  readonly report?: CollectionReport
  readonly finishedAt?: Date
}

/** False when it was cancelled, which stays. */
export async function updateCollection(tx: Tx, id: string, change: CollectionChange): Promise<boolean> {
  const { report, ...plain } = change
  const { numUpdatedRows } = await tx
    .updateTable('repos.collections')
    .set({ ...plain, ...(report ? { report: JSON.stringify(report) } : {}) })
    .where('id', '=', id)
    .where('state', '!=', 'cancelled')
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Forgets old runs. */
export async function deleteOldCollections(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('repos.collections').where('createdAt', '<', before).execute()
}
