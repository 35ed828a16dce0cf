import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

/** Large files that a repository holds, sent and last offered before a time. */
export async function listOldLargeFiles(
  db: Db,
  repoId: string,
  before: Date,
): Promise<{ oid: string; sizeBytes: bigint }[]> {
  const { rows } = await sql<{ oid: string; sizeBytes: bigint }>`
    select m.oid, o.size_bytes from repos.repo_lfs_objects m join repos.lfs_objects o on o.oid = m.oid
    where m.repo_id = ${repoId} and greatest(m.pushed_at, m.offered_at) <= ${before}`.execute(db)
  return rows
}

/** A repository with such files, and what its last look at them saw. */
export interface HolderOfOldFiles {
  readonly id: string
  /** The version of its git data then; null before the first look. */
  readonly version: bigint | null
  /** Some were sent or offered since. */
  readonly hasNew: boolean | null
}

/** Repositories with such files, in order of their ids. */
export async function listHoldersOfOldFiles(
  db: Db,
  after: string,
  before: Date,
  limit: number,
): Promise<HolderOfOldFiles[]> {
  const { rows } = await sql<HolderOfOldFiles>`
    select m.repo_id as id, l.version, bool_or(greatest(m.pushed_at, m.offered_at) > l.sent_before) as has_new
    from repos.repo_lfs_objects m left join repos.file_looks l on l.repo_id = m.repo_id
    where m.repo_id > ${after} and greatest(m.pushed_at, m.offered_at) <= ${before}
    group by m.repo_id, l.version order by 1 limit ${limit}`.execute(db)
  return rows
}

/** Notes up to when the large files of a repository were looked at, and at which version of its git data. */
export async function noteFileLook(tx: Tx, repoId: string, version: bigint, before: Date): Promise<void> {
  await sql`
    insert into repos.file_looks (repo_id, version, sent_before) values (${repoId}, ${version}, ${before}::timestamptz)
    on conflict (repo_id) do update set version = excluded.version, sent_before = excluded.sent_before`.execute(tx)
}

/** A client was told that the repository holds these: it will not send them again before it commits them. */
export async function offerLargeFiles(tx: Tx, repoId: string, oids: readonly string[], at: Date): Promise<void> {
  await tx
    .updateTable('repos.repoLfsObjects')
    .set({ offeredAt: at })
    .where('repoId', '=', repoId)
    .where('oid', 'in', oids)
    .execute()
}
