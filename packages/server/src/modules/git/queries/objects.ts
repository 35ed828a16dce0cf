import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { fromHex } from '../oid.js'

export interface ObjectRow {
  readonly oid: Buffer
  readonly type: number
  readonly sizeBytes: bigint
}

export interface NewObjectRow {
  readonly oid: string
  /** Pack entry type, 1 to 4. */
  readonly type: number
  readonly sizeBytes: number
  readonly deflated: Uint8Array
}

export interface PackRow {
  readonly id: string
  readonly repoId: string
  readonly packKey: string
  readonly indexKey: string
  readonly sizeBytes: bigint
  readonly indexBytes: bigint
  readonly objectCount: number
  readonly createdAt: Date
}

const ROWS_A_STATEMENT = 500

export function listObjectRows(db: Db, repoId: string, oids: readonly string[]): Promise<ObjectRow[]> {
  return db
    .selectFrom('git.objects')
    .select(['oid', 'type', 'sizeBytes'])
    .where('repoId', '=', repoId)
    .where(sql<boolean>`oid = any(${oids.map(fromHex)}::bytea[])`)
    .execute()
}

export function listObjectData(
  db: Db,
  repoId: string,
  oids: readonly string[],
): Promise<(ObjectRow & { data: Buffer })[]> {
  return db
    .selectFrom('git.objects')
    .select(['oid', 'type', 'sizeBytes', 'data'])
    .where('repoId', '=', repoId)
    .where(sql<boolean>`oid = any(${oids.map(fromHex)}::bytea[])`)
    .execute()
}

export async function insertObjects(tx: Tx, repoId: string, rows: readonly NewObjectRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const part = rows.slice(at, at + ROWS_A_STATEMENT)
    await sql`
      insert into git.objects (repo_id, oid, type, size_bytes, data)
      select ${repoId}, oid, type, size_bytes, data from unnest(
        ${part.map((row) => fromHex(row.oid))}::bytea[], ${part.map((row) => row.type)}::smallint[],
        ${part.map((row) => row.sizeBytes)}::bigint[], ${part.map((row) => Buffer.from(row.deflated))}::bytea[]
      ) as fresh (oid, type, size_bytes, data)
      on conflict do nothing`.execute(tx)
  }
}

export function listPacks(db: Db, repoId: string): Promise<PackRow[]> {
  return db.selectFrom('git.packs').selectAll().where('repoId', '=', repoId).orderBy('id').execute()
}

export async function insertPack(tx: Tx, row: PackRow): Promise<void> {
  await tx.insertInto('git.packs').values(row).execute()
}

/** Bytes of inline objects and packs with their indexes. */
export async function sumStoredBytes(db: Db, repoId: string): Promise<bigint> {
  const { rows } = await sql<{ total: string }>`
    select (
      coalesce((select sum(length(data)) from git.objects where repo_id = ${repoId}), 0) +
      coalesce((select sum(size_bytes + index_bytes) from git.packs where repo_id = ${repoId}), 0)
    ) as total`.execute(db)
  return BigInt(rows[0]?.total ?? 0)
}
