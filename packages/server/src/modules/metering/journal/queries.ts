import type { Db, Tx } from '../../../kit/db/database.js'

export interface SegmentRow {
  readonly journalId: string
  readonly number: number
  readonly sizeBytes: bigint
  readonly chainSha256: string
  readonly blobKey: string
  readonly sealedAt: Date
}

export async function findSegment(db: Db, journalId: string, number: number): Promise<SegmentRow | null> {
  const query = db.selectFrom('metering.journalSegments').selectAll()
  const row = await query.where('journalId', '=', journalId).where('number', '=', number).executeTakeFirst()
  return row ?? null
}

export async function findLastSegment(db: Db, journalId: string): Promise<SegmentRow | null> {
  const query = db.selectFrom('metering.journalSegments').selectAll().where('journalId', '=', journalId)
  const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row ?? null
}

export async function insertSegment(tx: Tx, row: SegmentRow): Promise<void> {
  await tx
    .insertInto('metering.journalSegments')
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute()
}

/** Stored segments of a journal from a number on. */
export async function listSegments(db: Db, journalId: string, from: number): Promise<{ number: number }[]> {
  const query = db.selectFrom('metering.journalSegments').select('number').where('journalId', '=', journalId)
  return query.where('number', '>=', from).orderBy('number').execute()
}
