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
      coalesce((select sum(length(g.data)) from repos.objects g where g.repo_id in ${repos}), 0)
      + coalesce((select sum(p.size_bytes + p.index_bytes) from repos.packs p where p.repo_id in ${repos}), 0) as git`.execute(
    db,
  )
  const row = rows[0]
  if (!row?.exists) return null
  const gitBytes = BigInt(row.git)
  const logicalBytes = BigInt(row.logical) + gitBytes
  const uniqueBytes = BigInt(row.whole) + BigInt(row.xorbs) + gitBytes
  return { logicalBytes, uniqueBytes, gitBytes }
}
