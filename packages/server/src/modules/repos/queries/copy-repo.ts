import { sql } from 'kysely'
import type { Tx } from '../../../kit/db/database.js'

/**
 * Gives a new repository the git data and large files of another: rows are copied, bytes in the blob store are shared.
 * Branches, tags and conversions come along, pull requests do not.
 */
export async function copyRepoData(tx: Tx, fromId: string, toId: string, at: Date): Promise<void> {
  await sql`
    insert into repos.objects (repo_id, oid, type, size_bytes, data)
    select ${toId}, oid, type, size_bytes, data from repos.objects where repo_id = ${fromId}`.execute(tx)
  await sql`
    insert into repos.packs (id, repo_id, pack_key, index_key, size_bytes, index_bytes, object_count, created_at)
    select substr(md5(${toId} || id), 1, 24), ${toId}, pack_key, index_key, size_bytes, index_bytes, object_count, created_at
    from repos.packs where repo_id = ${fromId}`.execute(tx)
  await sql`
    insert into repos.commits (repo_id, oid, tree, parents, generation, committed_at)
    select ${toId}, oid, tree, parents, generation, committed_at from repos.commits where repo_id = ${fromId}`.execute(
    tx,
  )
  await sql`
    insert into repos.refs (repo_id, name, oid, peeled, updated_at)
    select ${toId}, name, oid, peeled, ${at}::timestamptz from repos.refs
    where repo_id = ${fromId} and not starts_with(name, 'refs/pr/')`.execute(tx)
  await sql`
    update repos.lfs_objects set condemned_at = null where condemned_at is not null
      and oid in (select oid from repos.repo_lfs_objects where repo_id = ${fromId})`.execute(tx)
  await sql`
    insert into repos.repo_lfs_objects (repo_id, oid, pushed_by, pushed_at)
    select ${toId}, oid, pushed_by, ${at}::timestamptz from repos.repo_lfs_objects where repo_id = ${fromId}`.execute(
    tx,
  )
}
