import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { fromHex, toHex } from '../git/oid.js'

/** How often git data of a repository was written, and how often something of it was removed. */
export interface GitState {
  readonly version: bigint
  readonly epoch: number
}

export async function readGitState(db: Db | Tx, repoId: string): Promise<GitState | null> {
  const { rows } = await sql<GitState>`
    select coalesce(s.version, 0)::bigint as version, coalesce(s.epoch, 0)::int as epoch
    from repos.repos r left join repos.git_state s on s.repo_id = r.id where r.id = ${repoId}`.execute(db)
  return rows[0] ?? null
}

/** Ends an epoch under the repository's lock: whoever looked at its objects before must look again. */
export async function endEpoch(tx: Tx, repoId: string): Promise<void> {
  await sql`update repos.git_state set epoch = epoch + 1 where repo_id = ${repoId}`.execute(tx)
}

/** Repositories to look at: written since the last look, or with something that waits; in order of their ids. */
export async function listUnlooked(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from repos.repos r left join repos.git_looks l on l.repo_id = r.id
    left join repos.git_state s on s.repo_id = r.id
    where r.id > ${after} and (
      l.version is distinct from coalesce(s.version, 0)
      or exists (select 1 from repos.condemned_objects c where c.repo_id = r.id))
    order by r.id limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

export async function noteLook(tx: Tx, repoId: string, version: bigint, at: Date): Promise<void> {
  await sql`
    insert into repos.git_looks (repo_id, version, looked_at) values (${repoId}, ${version}, ${at}::timestamptz)
    on conflict (repo_id) do update set version = excluded.version, looked_at = excluded.looked_at`.execute(tx)
}

export interface StoredRow {
  readonly oid: string
  readonly type: number
  readonly sizeBytes: number
  readonly storedBytes: number
}

/** Objects that are rows, behind one of them. */
export async function listStoredRows(db: Db, repoId: string, after: string, limit: number): Promise<StoredRow[]> {
  const { rows } = await sql<{ oid: Buffer; type: number; sizeBytes: bigint; size: number }>`
    select oid, type, size_bytes, length(data)::int as size from repos.objects
    where repo_id = ${repoId} and oid > ${fromHex(after)} order by oid limit ${limit}`.execute(db)
  return rows.map((row) => {
    return { oid: toHex(row.oid), type: row.type, sizeBytes: Number(row.sizeBytes), storedBytes: row.size }
  })
}

/** Since when each condemned object of a repository is known to be reached by nothing. */
export async function listCondemnedObjects(db: Db | Tx, repoId: string): Promise<Map<string, Date>> {
  const rows = await db
    .selectFrom('repos.condemnedObjects')
    .select(['oid', 'condemnedAt'])
    .where('repoId', '=', repoId)
    .execute()
  return new Map(rows.map((row) => [toHex(row.oid), row.condemnedAt]))
}

const ROWS_A_STATEMENT = 5_000

function* parts(oids: readonly string[]): Generator<Buffer[]> {
  for (let at = 0; at < oids.length; at += ROWS_A_STATEMENT) yield oids.slice(at, at + ROWS_A_STATEMENT).map(fromHex)
}

export async function condemnObjects(tx: Tx, repoId: string, oids: readonly string[], at: Date): Promise<void> {
  for (const some of parts(oids)) {
    await sql`
      insert into repos.condemned_objects (repo_id, oid, condemned_at)
      select ${repoId}, oid, ${at}::timestamptz from unnest(${some}::bytea[]) as fresh (oid)
      where exists (select 1 from repos.repos where id = ${repoId})
      on conflict do nothing`.execute(tx)
  }
}

/** Takes the marks away; how many there were. */
export async function pardonObjects(tx: Tx, repoId: string, oids: readonly string[]): Promise<void> {
  for (const some of parts(oids)) {
    await sql`
      delete from repos.condemned_objects where repo_id = ${repoId} and oid = any(${some}::bytea[])`.execute(tx)
  }
}

/** Whether any of these is condemned. */
export async function isAnyCondemned(db: Db, repoId: string, oids: readonly string[]): Promise<boolean> {
  for (const some of parts(oids)) {
    const { rows } = await sql`
      select 1 from repos.condemned_objects
      where repo_id = ${repoId} and oid = any(${some}::bytea[]) limit 1`.execute(db)
    if (rows.length > 0) return true
  }
  return false
}

/** Removes objects that are rows, graph rows of commits, and the marks of both. */
export async function deleteObjects(tx: Tx, repoId: string, oids: readonly string[]): Promise<void> {
  for (const some of parts(oids)) {
    for (const table of ['objects', 'commits', 'condemned_objects']) {
      await sql`
        delete from ${sql.table(`repos.${table}`)} where repo_id = ${repoId} and oid = any(${some}::bytea[])`.execute(
        tx,
      )
    }
  }
}

export async function deletePacks(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('repos.packs').where('id', 'in', ids).execute()
}

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

/** Repositories with such files, in order of their ids. */
export async function listHoldersOfOldFiles(db: Db, after: string, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct m.repo_id as id from repos.repo_lfs_objects m
    left join repos.git_looks l on l.repo_id = m.repo_id left join repos.git_state s on s.repo_id = m.repo_id
    where m.repo_id > ${after} and greatest(m.pushed_at, m.offered_at) <= ${before}
      and (l.files_version is distinct from coalesce(s.version, 0) or greatest(m.pushed_at, m.offered_at) > l.files_before)
    order by 1 limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Notes up to when the large files of a repository were looked at, and at which version of its git data. */
export async function noteFileLook(tx: Tx, repoId: string, version: bigint, before: Date): Promise<void> {
  await sql`
    insert into repos.git_looks (repo_id, version, looked_at, files_version, files_before)
      values (${repoId}, -1, ${before}::timestamptz, ${version}, ${before}::timestamptz)
    on conflict (repo_id) do update set files_version = excluded.files_version, files_before = excluded.files_before`.execute(
    tx,
  )
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
