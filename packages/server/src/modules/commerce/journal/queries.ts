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
  const query = db.selectFrom('commerce.journalSegments').selectAll()
  const row = await query.where('journalId', '=', journalId).where('number', '=', number).executeTakeFirst()
  return row ?? null
}

export async function findLastSegment(db: Db, journalId: string): Promise<SegmentRow | null> {
  const query = db.selectFrom('commerce.journalSegments').selectAll().where('journalId', '=', journalId)
  const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row ?? null
}

export async function insertSegment(tx: Tx, row: SegmentRow): Promise<void> {
  await tx
    .insertInto('commerce.journalSegments')
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute()
}
