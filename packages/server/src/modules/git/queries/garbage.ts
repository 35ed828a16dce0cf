import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { fromHex, toHex } from '../oid.js'

/** How often git data of a repository was written, and how often something of it was removed. */
export interface GitState {
  readonly version: bigint
  readonly epoch: number
}

/** Null for a repository that is gone. */
export async function readGitState(db: Db | Tx, repoId: string): Promise<GitState | null> {
  const row = await db
    .selectFrom('git.stores')
    .select(['version', 'epoch'])
    .where('repoId', '=', repoId)
    .executeTakeFirst()
  return row ?? null
}

/** How often git data of these repositories was written. */
export async function listGitVersions(db: Db, repoIds: readonly string[]): Promise<Map<string, bigint>> {
  if (repoIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('git.stores')
    .select(['repoId', 'version'])
    .where('repoId', 'in', [...repoIds])
    .execute()
  return new Map(rows.map((row) => [row.repoId, row.version]))
}

/** Ends an epoch under the repository's lock: whoever looked at its objects before must look again. */
export async function endEpoch(tx: Tx, repoId: string): Promise<void> {
  await sql`update git.stores set epoch = epoch + 1 where repo_id = ${repoId}`.execute(tx)
}

/** Repositories to look at: written since the last look, or with something that waits; in order of their ids. */
export async function listUnlooked(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select s.repo_id as id from git.stores s left join git.looks l on l.repo_id = s.repo_id
    where s.repo_id > ${after} and (
      l.version is distinct from s.version
      or exists (select 1 from git.condemned_objects c where c.repo_id = s.repo_id))
    order by s.repo_id limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

export async function noteLook(tx: Tx, repoId: string, version: bigint, at: Date): Promise<void> {
  await sql`
    insert into git.looks (repo_id, version, looked_at) values (${repoId}, ${version}, ${at}::timestamptz)
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
    select oid, type, size_bytes, length(data)::int as size from git.objects
    where repo_id = ${repoId} and oid > ${fromHex(after)} order by oid limit ${limit}`.execute(db)
  return rows.map((row) => {
    return { oid: toHex(row.oid), type: row.type, sizeBytes: Number(row.sizeBytes), storedBytes: row.size }
  })
}

/** Since when each condemned object of a repository is known to be reached by nothing. */
export async function listCondemnedObjects(db: Db | Tx, repoId: string): Promise<Map<string, Date>> {
  const rows = await db
    .selectFrom('git.condemnedObjects')
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
      insert into git.condemned_objects (repo_id, oid, condemned_at)
      select ${repoId}, oid, ${at}::timestamptz from unnest(${some}::bytea[]) as fresh (oid)
      where exists (select 1 from git.stores where repo_id = ${repoId})
      on conflict do nothing`.execute(tx)
  }
}

/** Takes the marks away; how many there were. */
export async function pardonObjects(tx: Tx, repoId: string, oids: readonly string[]): Promise<void> {
  for (const some of parts(oids)) {
    await sql`
      delete from git.condemned_objects where repo_id = ${repoId} and oid = any(${some}::bytea[])`.execute(tx)
  }
}

/** Whether any of these is condemned. */
export async function isAnyCondemned(db: Db, repoId: string, oids: readonly string[]): Promise<boolean> {
  for (const some of parts(oids)) {
    const { rows } = await sql`
      select 1 from git.condemned_objects
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
        delete from ${sql.table(`git.${table}`)} where repo_id = ${repoId} and oid = any(${some}::bytea[])`.execute(tx)
    }
  }
}

export async function deletePacks(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('git.packs').where('id', 'in', ids).execute()
}

/** Those of the keys of blobs that a pack names. */
export async function findNamedPacks(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select k.key from unnest(${[...keys]}::text[]) as k (key) where
      exists (select 1 from git.packs p where p.pack_key = k.key)
      or exists (select 1 from git.packs p where p.index_key = k.key)`.execute(db)
  return new Set(rows.map((row) => row.key))
}
