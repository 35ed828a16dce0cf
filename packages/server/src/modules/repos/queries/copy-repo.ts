import { sql } from 'kysely'
import type { Tx } from '../../../kit/db/database.js'

/** Lets a new repository hold the large files of another. */
export async function copyLargeFiles(tx: Tx, fromId: string, toId: string, at: Date): Promise<void> {
  await sql`
    update repos.lfs_objects set condemned_at = null where condemned_at is not null
      and oid in (select oid from repos.repo_lfs_objects where repo_id = ${fromId})`.execute(tx)
  await sql`
    insert into repos.repo_lfs_objects (repo_id, oid, pushed_by, pushed_at)
    select ${toId}, oid, pushed_by, ${at}::timestamptz from repos.repo_lfs_objects where repo_id = ${fromId}`.execute(
    tx,
  )
}
