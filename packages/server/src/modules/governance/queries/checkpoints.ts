import type { AuditCheckpoint } from '@stoa/formats'
import type { Db, Tx } from '../../../kit/db/database.js'

export async function insertCheckpoint(tx: Tx, checkpoint: AuditCheckpoint): Promise<boolean> {
  const { chain, root, signature } = checkpoint
  const result = await tx
    .insertInto('governance.checkpoints')
    .values({
      chain,
      firstSeq: BigInt(checkpoint.first_seq),
      lastSeq: BigInt(checkpoint.last_seq),
      root,
      headHash: checkpoint.head_hash,
      at: new Date(checkpoint.ts),
      keyId: checkpoint.key_id,
      signature,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Checkpoints of a chain, newest first. */
export async function listCheckpoints(db: Db | Tx, chain: string, limit: number): Promise<AuditCheckpoint[]> {
  const rows = await db
    .selectFrom('governance.checkpoints')
    .selectAll()
    .where('chain', '=', chain)
    .orderBy('lastSeq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toCheckpoint)
}

/** Checkpoints whose last event is in a range, oldest first. */
export async function listCheckpointsBetween(
  db: Db | Tx,
  chain: string,
  range: { readonly from: number; readonly to: number },
): Promise<AuditCheckpoint[]> {
  const rows = await db
    .selectFrom('governance.checkpoints')
    .selectAll()
    .where('chain', '=', chain)
    .where('lastSeq', '>=', BigInt(range.from))
    .where('lastSeq', '<=', BigInt(range.to))
    .orderBy('lastSeq')
    .execute()
  return rows.map(toCheckpoint)
}

/** The last checkpoint of a chain that was signed before a time and ends before a number; null when there is none. */
export async function findLastSigned(
  db: Db | Tx,
  chain: string,
  { before, belowSeq }: { readonly before: Date; readonly belowSeq: number | null },
): Promise<AuditCheckpoint | null> {
  let query = db.selectFrom('governance.checkpoints').selectAll().where('chain', '=', chain).where('at', '<', before)
  if (belowSeq !== null) query = query.where('lastSeq', '<', BigInt(belowSeq))
  const row = await query.orderBy('lastSeq', 'desc').limit(1).executeTakeFirst()
  return row ? toCheckpoint(row) : null
}

interface CheckpointRow {
  readonly chain: string
  readonly firstSeq: bigint
  readonly lastSeq: bigint
  readonly root: string
  readonly headHash: string
  readonly at: Date
  readonly keyId: string
  readonly signature: string
}

const toCheckpoint = (row: CheckpointRow): AuditCheckpoint => ({
  chain: row.chain,
  first_seq: Number(row.firstSeq),
  last_seq: Number(row.lastSeq),
  root: row.root,
  head_hash: row.headHash,
  ts: row.at.toISOString(),
  key_id: row.keyId,
  signature: row.signature,
})
