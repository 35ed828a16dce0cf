import type { Db, Tx } from '../../../kit/db/database.js'

/** A receiver of events. */
export interface StreamRow {
  readonly id: string
  readonly chain: string
  readonly kind: 'webhook' | 'syslog-tcp' | 'syslog-udp'
  readonly address: string
  readonly action: string | null
  readonly secretSealed: Buffer | null
  readonly sentSeq: number
  readonly error: string | null
  readonly createdAt: Date
  readonly dueAt: Date
}

export async function listStreams(db: Db | Tx, dueAt?: Date): Promise<StreamRow[]> {
  let query = db.selectFrom('governance.auditStreams').selectAll().orderBy('id')
  if (dueAt !== undefined) query = query.where('dueAt', '<=', dueAt)
  const rows = await query.execute()
  return rows.map((row) => ({ ...row, kind: row.kind as StreamRow['kind'], sentSeq: Number(row.sentSeq) }))
}

export async function insertStream(tx: Tx, stream: StreamRow): Promise<void> {
  await tx
    .insertInto('governance.auditStreams')
    .values({ ...stream, sentSeq: BigInt(stream.sentSeq) })
    .execute()
}

/** Moves a stream on, or puts it off; nothing when another process was faster. */
export async function advanceStream(
  tx: Tx,
  stream: StreamRow,
  change: { readonly sentSeq: number; readonly error: string | null; readonly dueAt: Date },
): Promise<void> {
  await tx
    .updateTable('governance.auditStreams')
    .set({ ...change, sentSeq: BigInt(change.sentSeq) })
    .where('id', '=', stream.id)
    .where('sentSeq', '=', BigInt(stream.sentSeq))
    .execute()
}

export async function deleteStream(tx: Tx, id: string): Promise<StreamRow | null> {
  const row = await tx.deleteFrom('governance.auditStreams').where('id', '=', id).returningAll().executeTakeFirst()
  return row ? { ...row, kind: row.kind as StreamRow['kind'], sentSeq: Number(row.sentSeq) } : null
}
