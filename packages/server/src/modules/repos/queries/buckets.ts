import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type VisibleColumns, type VisibleSet, visibleCondition } from '../../accounts/index.js'
import { type Bucket, type BucketRow, toBucket } from '../buckets/bucket.js'
import type { RepoName } from '../repo-name.js'

export async function findBucketByName(db: Db, name: RepoName): Promise<Bucket | null> {
  const row = await db
    .selectFrom('repos.buckets')
    .selectAll()
    .where(sql`lower(namespace)`, '=', name.namespace.toLowerCase())
    .where(sql`lower(name)`, '=', name.name.toLowerCase())
    .executeTakeFirst()
  return row ? toBucket(row) : null
}

/** The bucket that once had this name. */
export async function findMovedBucket(db: Db, name: RepoName): Promise<Bucket | null> {
  const row = await db
    .selectFrom('repos.bucketRedirects as old')
    .innerJoin('repos.buckets as bucket', 'bucket.id', 'old.bucketId')
    .selectAll('bucket')
    .where('old.fullName', '=', `${name.namespace}/${name.name}`.toLowerCase())
    .executeTakeFirst()
  return row ? toBucket(row) : null
}

/** The bucket, held for the rest of the transaction so that its changes come one after another; null when it is gone. */
export async function lockBucket(tx: Tx, id: string): Promise<Bucket | null> {
  const row = await tx.selectFrom('repos.buckets').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return row ? toBucket(row) : null
}

export async function findBucketById(db: Db, id: string): Promise<Bucket | null> {
  const row = await db.selectFrom('repos.buckets').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toBucket(row) : null
}

const VISIBLE: VisibleColumns = {
  visibility: sql.ref('visibility'),
  accountId: sql.ref('account_id'),
  resourceGroupId: sql.ref('resource_group_id'),
  namespace: sql`lower(namespace)`,
  typedName: sql`'bucket:' || lower(namespace) || '/' || lower(name)`,
}

export interface BucketListing {
  /** Part of the name, in any case; empty for all. */
  readonly search: string
  readonly beforeId: string | null
  readonly limit: number
  /** Those the reader may see; the others are neither listed nor counted. */
  readonly visible: VisibleSet
}

/** Buckets of an account, latest first. */
export async function listAccountBuckets(db: Db, accountId: string, listing: BucketListing): Promise<Bucket[]> {
  let query = db
    .selectFrom('repos.buckets')
    .selectAll()
    .where('accountId', '=', accountId)
    .where(visibleCondition(listing.visible, VISIBLE))
  if (listing.beforeId !== null) query = query.where('id', '<', listing.beforeId)
  if (listing.search !== '') {
    query = query.where((eb) => sql<boolean>`position(${listing.search.toLowerCase()} in lower(${eb.ref('name')})) > 0`)
  }
  return (await query.orderBy('id', 'desc').limit(listing.limit).execute()).map(toBucket)
}

/** Adds a bucket; null when the name is taken. A redirect from this name ends. */
export async function insertBucket(
  tx: Tx,
  row: Omit<BucketRow, 'sizeBytes' | 'fileCount' | 'changeSeq' | 'resourceGroupId'>,
): Promise<Bucket | null> {
  const inserted = await tx
    .insertInto('repos.buckets')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!inserted) return null
  await deleteBucketRedirect(tx, row)
  return toBucket(inserted)
}

async function deleteBucketRedirect(tx: Tx, name: RepoName): Promise<void> {
  await tx
    .deleteFrom('repos.bucketRedirects')
    .where('fullName', '=', `${name.namespace}/${name.name}`.toLowerCase())
    .execute()
}

export async function updateBucketVisibility(
  tx: Tx,
  id: string,
  visibility: Bucket['visibility'],
  at: Date,
): Promise<Bucket> {
  const row = await tx
    .updateTable('repos.buckets')
    .set({ visibility, updatedAt: at })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toBucket(row)
}

/** Every bucket of an account, private ones too. */
export async function countBuckets(db: Db, accountId: string): Promise<number> {
  const row = await db
    .selectFrom('repos.buckets')
    .select((eb) => eb.fn.countAll<bigint | string>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export interface BucketTotals {
  readonly sizeBytes: bigint
  readonly fileCount: bigint
  readonly changeSeq: bigint
}

export async function updateBucketTotals(tx: Tx, id: string, totals: BucketTotals, at: Date): Promise<void> {
  await tx
    .updateTable('repos.buckets')
    .set({ ...totals, updatedAt: at })
    .where('id', '=', id)
    .execute()
}

export async function deleteBucketRow(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('repos.buckets').where('id', '=', id).execute()
}

/** Gives a bucket a new name and leaves a redirect at the old one. The caller has checked that the name is free. */
export async function renameBucket(tx: Tx, bucket: Bucket, accountId: string, to: RepoName, at: Date): Promise<Bucket> {
  const row = await tx
    .updateTable('repos.buckets')
    .set({ accountId, namespace: to.namespace, name: to.name, updatedAt: at })
    .where('id', '=', bucket.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await deleteBucketRedirect(tx, to)
  const fullName = bucket.fullName.toLowerCase()
  if (`${to.namespace}/${to.name}`.toLowerCase() === fullName) return toBucket(row)
  await tx
    .insertInto('repos.bucketRedirects')
    .values({ fullName, bucketId: bucket.id, createdAt: at })
    .onConflict((conflict) => conflict.column('fullName').doUpdateSet({ bucketId: bucket.id, createdAt: at }))
    .execute()
  return toBucket(row)
}
