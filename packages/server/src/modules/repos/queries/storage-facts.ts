import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

export type OwnerKind = 'repo' | 'bucket' | 'account'

/** What an owner stores; `uniqueBytes` counts shared blobs and xorbs once. */
export interface StorageFactsRow {
  readonly logicalBytes: bigint
  readonly uniqueBytes: bigint
  readonly gitBytes: bigint
  readonly measuredAt: Date
}

export async function findStorageFacts(
  db: Db,
  kind: OwnerKind,
  ids: readonly string[],
): Promise<Map<string, StorageFactsRow>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('repos.storageFacts')
    .select(['ownerId', 'logicalBytes', 'uniqueBytes', 'gitBytes', 'measuredAt'])
    .where('ownerKind', '=', kind)
    .where('ownerId', 'in', ids)
    .execute()
  return new Map(rows.map(({ ownerId, ...facts }) => [ownerId, facts]))
}

export async function putStorageFacts(tx: Tx, kind: OwnerKind, id: string, facts: StorageFactsRow): Promise<void> {
  await tx
    .insertInto('repos.storageFacts')
    .values({ ownerKind: kind, ownerId: id, ...facts })
    .onConflict((conflict) => conflict.columns(['ownerKind', 'ownerId']).doUpdateSet({ ...facts }))
    .execute()
}

export async function deleteStorageFacts(tx: Tx, kind: OwnerKind, id: string): Promise<void> {
  await tx.deleteFrom('repos.storageFacts').where('ownerKind', '=', kind).where('ownerId', '=', id).execute()
}

/** The repositories and buckets of one owner, as SQL. */
const OWNED = {
  repo: (id: string) => ({ repos: sql`(select ${id}::text)`, buckets: sql`(select null::text)` }),
  bucket: (id: string) => ({ repos: sql`(select null::text)`, buckets: sql`(select ${id}::text)` }),
  account: (id: string) => ({
    repos: sql`(select r.id from repos.repos r where r.account_id = ${id})`,
    buckets: sql`(select b.id from repos.buckets b where b.account_id = ${id})`,
  }),
}

interface Measured {
  readonly exists: boolean
  readonly logical: string
  readonly whole: string
  readonly xorbs: string
  readonly git: string
}

/** Measures one owner from the rows of what it holds; null when it is gone. */
export async function measureOwner(
  db: Db,
  kind: OwnerKind,
  id: string,
): Promise<Omit<StorageFactsRow, 'measuredAt'> | null> {
  const { repos, buckets } = OWNED[kind](id)
  const { rows } = await sql<Measured>`
    with held as (
      select o.oid, o.size_bytes, case when o.blob_key like 'xet:%' then substr(o.blob_key, 5) end as xet_hash
      from repos.repo_lfs_objects m join repos.lfs_objects o on o.oid = m.oid where m.repo_id in ${repos}
    ), filed as (
      select xet_hash, size_bytes from repos.bucket_files where bucket_id in ${buckets}
    ), chunked as (
      select distinct f.xorb from repos.xet_file_xorbs f
      where f.file_hash in (select xet_hash from held union select xet_hash from filed)
    )
    select
      exists (select 1 from repos.repos where id in ${repos}) or exists (select 1 from repos.buckets where id in ${buckets}) as exists,
      coalesce((select sum(size_bytes) from held), 0) + coalesce((select sum(size_bytes) from filed), 0) as logical,
      coalesce((select sum(size_bytes) from (select distinct oid, size_bytes from held where xet_hash is null) w), 0) as whole,
      coalesce((select sum(x.serialised_bytes) from repos.xorbs x where x.hash in (select xorb from chunked)), 0) as xorbs,
      coalesce((select sum(k.git_bytes) from repos.repo_bytes k where k.repo_id in ${repos}), 0) as git`.execute(db)
  const row = rows[0]
  if (!row?.exists) return null
  const gitBytes = BigInt(row.git)
  const logicalBytes = BigInt(row.logical) + gitBytes
  const uniqueBytes = BigInt(row.whole) + BigInt(row.xorbs) + gitBytes
  return { logicalBytes, uniqueBytes, gitBytes }
}

/** Accounts by the full size of what they store, the largest first. */
export async function listLargestAccounts(
  db: Db,
  limit: number,
): Promise<(StorageFactsRow & { readonly ownerId: string })[]> {
  return await db
    .selectFrom('repos.storageFacts')
    .select(['ownerId', 'logicalBytes', 'uniqueBytes', 'gitBytes', 'measuredAt'])
    .where('ownerKind', '=', 'account')
    .orderBy('logicalBytes', 'desc')
    .orderBy('ownerId')
    .limit(limit)
    .execute()
}

interface Totals {
  readonly logical: string
  readonly git: string
  readonly whole: string
  readonly xorbs: string
  readonly moved: string
  readonly movedBytes: string
  readonly waiting: string
  readonly waitingBytes: string
  readonly givenUp: string
  readonly givenUpBytes: string
}

/** What is stored in all, shared bytes once, and how far large files have come on their way into chunks. */
export async function sumStorage(db: Db, maxAttempts: number): Promise<{ [Key in keyof Totals]: bigint }> {
  const { rows } = await sql<Totals>`
    with files as (
      select size_bytes, blob_key like 'xet:%' as is_moved, chunk_attempts >= ${maxAttempts} as is_given_up
      from repos.lfs_objects
    )
    select
      ((select coalesce(sum(git_bytes + large_bytes), 0) from repos.repo_bytes)
        + (select coalesce(sum(size_bytes), 0) from repos.buckets))::text as logical,
      (select coalesce(sum(git_bytes), 0) from repos.repo_bytes)::text as git,
      coalesce(sum(size_bytes) filter (where not is_moved), 0)::text as whole,
      (select coalesce(sum(serialised_bytes), 0) from repos.xorbs)::text as xorbs,
      (count(*) filter (where is_moved))::text as moved,
      coalesce(sum(size_bytes) filter (where is_moved), 0)::text as moved_bytes,
      (count(*) filter (where not is_moved and not is_given_up))::text as waiting,
      coalesce(sum(size_bytes) filter (where not is_moved and not is_given_up), 0)::text as waiting_bytes,
      (count(*) filter (where not is_moved and is_given_up))::text as given_up,
      coalesce(sum(size_bytes) filter (where not is_moved and is_given_up), 0)::text as given_up_bytes
    from files`.execute(db)
  const entries = Object.entries(rows[0] ?? {}).map(([key, value]) => [key, BigInt(value as string)])
  return Object.fromEntries(entries) as { [Key in keyof Totals]: bigint }
}
