import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

/** A large file kept as one blob. */
export interface WholeFile {
  readonly oid: string
  readonly sizeBytes: bigint
  readonly blobKey: string
  /** Owner of the repository that had it first. */
  readonly accountId: string
}

/** Whole files that came before a time and were not tried too often, oldest first. */
export async function listWholeFiles(
  db: Db,
  before: Date,
  { maxAttempts, limit }: { readonly maxAttempts: number; readonly limit: number },
): Promise<WholeFile[]> {
  const { rows } = await sql<WholeFile>`
    select o.oid, o.size_bytes, o.blob_key, owner.account_id from repos.lfs_objects o
    cross join lateral (
      select r.account_id from repos.repo_lfs_objects m join repos.repos r on r.id = m.repo_id
      where m.oid = o.oid order by m.pushed_at limit 1) owner
    where o.blob_key like 'lfs/%' and o.created_at < ${before} and o.size_bytes > 0 and o.chunk_attempts < ${maxAttempts}
    order by o.created_at limit ${limit}`.execute(db)
  return rows
}

/** Gives a large file its new place; false when another process did, or the file went. */
export async function replaceBlobKey(tx: Tx, oid: string, from: string, to: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('repos.lfsObjects')
    .set({ blobKey: to })
    .where('oid', '=', oid)
    .where('blobKey', '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function countAttempt(tx: Tx, oid: string): Promise<void> {
  await sql`update repos.lfs_objects set chunk_attempts = chunk_attempts + 1 where oid = ${oid}`.execute(tx)
}

/** Repositories that hold a large file, some of them. */
export async function listHolders(db: Db, oid: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('repos.repoLfsObjects')
    .select('repoId')
    .where('oid', '=', oid)
    .limit(limit)
    .execute()
  return rows.map((row) => row.repoId)
}
