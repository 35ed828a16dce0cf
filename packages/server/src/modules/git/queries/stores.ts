import { sql } from 'kysely'
import type { Tx } from '../../../kit/db/database.js'

/** Makes room for the git data of a new repository. */
export async function openStore(tx: Tx, repoId: string): Promise<void> {
  await tx.insertInto('git.stores').values({ repoId }).execute()
}

/** Removes the git data of a repository. Bytes in the blob store may be shared: the collector takes them later. */
export async function dropStore(tx: Tx, repoId: string): Promise<void> {
  await tx.deleteFrom('git.stores').where('repoId', '=', repoId).execute()
}

/** Counts a write and holds the store for the rest of the transaction; its epoch, null when it is gone. */
export async function countWrite(tx: Tx, repoId: string): Promise<number | null> {
  const { rows } = await sql<{ epoch: number }>`
    update git.stores set version = version + 1 where repo_id = ${repoId} returning epoch`.execute(tx)
  return rows[0]?.epoch ?? null
}

/**
 * Gives the new, empty store of one repository the git data of another: rows are copied, bytes in the blob store are shared.
 * Branches, tags and conversions come along, pull requests do not.
 */
export async function copyStore(tx: Tx, fromId: string, toId: string, at: Date): Promise<void> {
  await sql`
    insert into git.objects (repo_id, oid, type, size_bytes, data)
    select ${toId}, oid, type, size_bytes, data from git.objects where repo_id = ${fromId}`.execute(tx)
  await sql`
    insert into git.packs (id, repo_id, pack_key, index_key, size_bytes, index_bytes, object_count, created_at)
    select substr(md5(${toId} || id), 1, 24), ${toId}, pack_key, index_key, size_bytes, index_bytes, object_count, created_at
    from git.packs where repo_id = ${fromId}`.execute(tx)
  await sql`
    insert into git.commits (repo_id, oid, tree, parents, generation, committed_at)
    select ${toId}, oid, tree, parents, generation, committed_at from git.commits where repo_id = ${fromId}`.execute(tx)
  await sql`
    insert into git.refs (repo_id, name, oid, peeled, updated_at)
    select ${toId}, name, oid, peeled, ${at}::timestamptz from git.refs
    where repo_id = ${fromId} and not starts_with(name, 'refs/pr/')`.execute(tx)
}
