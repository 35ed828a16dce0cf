import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Candidate } from '../collect/judge.js'

/** The tables whose rows are condemned, by their key, and what names a row `it` of each. */
const TABLES = {
  largeFiles: {
    table: 'repos.lfs_objects',
    key: 'oid',
    size: `case when it.blob_key like 'xet:%' then 0 else it.size_bytes end`,
    named: 'exists (select 1 from repos.repo_lfs_objects m where m.oid = it.oid)',
  },
  xetFiles: {
    table: 'repos.xet_files',
    key: 'hash',
    size: '0',
    named: `(exists (select 1 from repos.lfs_objects o where o.oid = it.sha256)
      or exists (select 1 from repos.bucket_files b where b.xet_hash = it.hash)
      or exists (select 1 from repos.bucket_uploads u where u.xet_hash = it.hash))`,
  },
  xorbs: {
    table: 'repos.xorbs',
    key: 'hash',
    size: 'it.serialised_bytes',
    named: 'exists (select 1 from repos.xet_file_xorbs f where f.xorb = it.hash)',
  },
} as const

export type RowKind = keyof typeof TABLES

/** Rows behind a key, with whether anything names them. */
export async function listRowCandidates(db: Db, kind: RowKind, after: string, limit: number): Promise<Candidate[]> {
  const { table, key, size, named } = TABLES[kind]
  const { rows } = await sql<{ name: string; sizeBytes: bigint; isNamed: boolean; condemnedAt: Date | null }>`
    select it.${sql.raw(key)} as name, (${sql.raw(size)})::bigint as size_bytes, ${sql.raw(named)} as is_named, it.condemned_at
    from ${sql.raw(table)} it where it.${sql.raw(key)} > ${after} order by it.${sql.raw(key)} limit ${limit}`.execute(
    db,
  )
  return rows
}

/** Marks rows as unnamed since `at`, or takes the mark away. */
export async function markRows(tx: Tx, kind: RowKind, names: readonly string[], at: Date | null): Promise<void> {
  const { table, key, named } = TABLES[kind]
  const still = sql.raw(at === null ? named : `not ${named}`)
  await sql`
    update ${sql.raw(table)} it set condemned_at = ${at}::timestamptz
    where it.${sql.raw(key)} = any(${[...names]}::text[]) and ${still}`.execute(tx)
}

/** Takes the mark from rows that are about to be named: called in the transaction that names them. */
export async function rescueRows(tx: Tx, kind: RowKind, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const { table, key } = TABLES[kind]
  await sql`
    update ${sql.raw(table)} set condemned_at = null
    where ${sql.raw(key)} = any(${[...names]}::text[]) and condemned_at is not null`.execute(tx)
}

export interface RemovedRow {
  readonly name: string
  /** Null when the row had no blob of its own. */
  readonly blobKey: string | null
}

/**
 * Deletes rows that are condemned since before a time and still unnamed. A reference that comes at the same moment either
 * takes the mark away first, or makes the foreign key refuse this deletion, or finds the row gone.
 */
export async function deleteCondemnedRows(
  tx: Tx,
  kind: RowKind,
  names: readonly string[],
  before: Date,
): Promise<RemovedRow[]> {
  const { table, key, named } = TABLES[kind]
  const { rows: due } = await sql<{ name: string }>`
    select it.${sql.raw(key)} as name from ${sql.raw(table)} it
    where it.${sql.raw(key)} = any(${[...names]}::text[]) and it.condemned_at <= ${before} and not ${sql.raw(named)}
    order by 1 for update of it`.execute(tx)
  const gone = due.map((row) => row.name)
  if (gone.length === 0) return []
  if (kind === 'xorbs') await sql`delete from repos.xet_chunks where xorb = any(${gone}::text[])`.execute(tx)
  const blobKey = sql.raw(kind === 'xetFiles' ? 'null::text' : 'blob_key')
  const { rows } = await sql<RemovedRow>`
    delete from ${sql.raw(table)} where ${sql.raw(key)} = any(${gone}::text[])
    returning ${sql.raw(key)} as name, ${blobKey} as blob_key`.execute(tx)
  return rows
}

/** Those of the blob keys that a row of large files or xorbs names; parts of an upload are named by the upload. */
export async function findNamedBlobs(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select k.key from unnest(${[...keys]}::text[]) as k (key) where
      exists (select 1 from repos.lfs_objects o where o.blob_key = k.key)
      or exists (select 1 from repos.xorbs x where x.blob_key = k.key)
      or (k.key like 'lfs-parts/%' and exists (select 1 from repos.lfs_uploads u where u.id = split_part(k.key, '/', 2)))`.execute(
    db,
  )
  return new Set(rows.map((row) => row.key))
}

export async function findCondemnedBlobs(db: Db, keys: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ blobKey: string; condemnedAt: Date }>`
    select blob_key, condemned_at from repos.condemned_blobs where blob_key = any(${[...keys]}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.blobKey, row.condemnedAt]))
}

/** Notes blobs that no row names; an earlier note stays. */
export async function condemnBlobs(
  tx: Tx,
  blobs: readonly { readonly blobKey: string; readonly sizeBytes: bigint }[],
  at: Date,
): Promise<void> {
  if (blobs.length === 0) return
  await tx
    .insertInto('repos.condemnedBlobs')
    .values(blobs.map((blob) => ({ ...blob, condemnedAt: at })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function pardonBlobs(tx: Tx, keys: readonly string[]): Promise<void> {
  await sql`delete from repos.condemned_blobs where blob_key = any(${[...keys]}::text[])`.execute(tx)
}

/** Drops notes about blobs that went in another way. */
export async function pardonOldBlobs(tx: Tx, before: Date, prefix: string): Promise<void> {
  await sql`
    delete from repos.condemned_blobs
    where condemned_at <= ${before} and starts_with(blob_key, ${prefix})`.execute(tx)
}
