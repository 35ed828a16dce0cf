import type { Db, Tx } from '../../../kit/db/database.js'
import { rescueRows } from './collect.js'

/** A large file that a repository may read. */
export interface LfsObject {
  /** SHA-256, 64 hex. */
  readonly oid: string
  readonly sizeBytes: bigint
  readonly blobKey: string
  readonly pushedAt: Date
}

const MAX_OIDS = 5000

/** Those of the given objects that the repository holds, by oid. */
export async function findLfsObjects(db: Db, repoId: string, oids: readonly string[]): Promise<Map<string, LfsObject>> {
  const found = new Map<string, LfsObject>()
  for (let at = 0; at < oids.length; at += MAX_OIDS) {
    const rows = await db
      .selectFrom('repos.repoLfsObjects as mine')
      .innerJoin('repos.lfsObjects as object', 'object.oid', 'mine.oid')
      .select(['object.oid', 'object.sizeBytes', 'object.blobKey', 'mine.pushedAt'])
      .where('mine.repoId', '=', repoId)
      .where('mine.oid', 'in', oids.slice(at, at + MAX_OIDS))
      .execute()
    for (const row of rows) found.set(row.oid, row)
  }
  return found
}

export interface NewLfsObject {
  readonly oid: string
  readonly sizeBytes: bigint
  readonly blobKey: string
  readonly repoId: string
  readonly pushedBy: string | null
  readonly at: Date
}

/**
 * Records bytes that were hashed and stored, and that the repository may read them. Returns the key that counts: that of
 * an earlier upload of the same bytes when there is one, and then the caller's blob is not needed.
 */
export async function insertLfsObject(tx: Tx, object: NewLfsObject): Promise<string> {
  const { oid, sizeBytes, blobKey, repoId, pushedBy, at } = object
  const stored = await tx
    .insertInto('repos.lfsObjects')
    .values({ oid, sizeBytes, blobKey, createdAt: at })
    // Naming it again saves it from the collector.
    .onConflict((conflict) => conflict.column('oid').doUpdateSet({ condemnedAt: null }))
    .returning('blobKey')
    .executeTakeFirstOrThrow()
  await tx
    .insertInto('repos.repoLfsObjects')
    .values({ repoId, oid, pushedBy, pushedAt: at })
    .onConflict((conflict) => conflict.columns(['repoId', 'oid']).doUpdateSet({ offeredAt: at }))
    .execute()
  return stored.blobKey
}

/** Lets a repository hold objects that another one holds. */
export async function shareLfsObjects(
  tx: Tx,
  repoId: string,
  oids: readonly string[],
  pushed: { readonly by: string; readonly at: Date },
): Promise<void> {
  if (oids.length === 0) return
  await rescueRows(tx, 'largeFiles', oids)
  const rows = oids.map((oid) => ({ repoId, oid, pushedBy: pushed.by, pushedAt: pushed.at }))
  await tx
    .insertInto('repos.repoLfsObjects')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['repoId', 'oid']).doUpdateSet({ offeredAt: pushed.at }))
    .execute()
}

/** Takes objects away from a repository; the bytes stay while another one holds them. */
export async function deleteRepoLfsObjects(tx: Tx, repoId: string, oids: readonly string[]): Promise<number> {
  if (oids.length === 0) return 0
  const gone = await tx
    .deleteFrom('repos.repoLfsObjects')
    .where('repoId', '=', repoId)
    .where('oid', 'in', oids)
    .executeTakeFirst()
  return Number(gone.numDeletedRows)
}

/** Sum of the large files a repository holds. */
export async function sumLfsBytes(db: Db, repoId: string): Promise<bigint> {
  const row = await db
    .selectFrom('repos.repoLfsObjects as mine')
    .innerJoin('repos.lfsObjects as object', 'object.oid', 'mine.oid')
    .select((eb) => eb.fn.sum<string | null>('object.sizeBytes').as('total'))
    .where('mine.repoId', '=', repoId)
    .executeTakeFirst()
  return BigInt(row?.total ?? '0')
}

export interface LfsUpload {
  readonly id: string
  readonly repoId: string
  readonly oid: string
  readonly sizeBytes: bigint
  readonly partBytes: bigint
  readonly createdBy: string | null
  readonly createdAt: Date
}

export async function insertLfsUpload(tx: Tx, upload: LfsUpload): Promise<void> {
  await tx.insertInto('repos.lfsUploads').values(upload).execute()
}

export async function findLfsUpload(db: Db, id: string): Promise<LfsUpload | null> {
  return (await db.selectFrom('repos.lfsUploads').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function deleteLfsUpload(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('repos.lfsUploads').where('id', '=', id).execute()
}

/** Uploads nobody finished. */
export async function listStaleUploads(db: Db, before: Date, limit: number): Promise<LfsUpload[]> {
  return await db
    .selectFrom('repos.lfsUploads')
    .selectAll()
    .where('createdAt', '<', before)
    .orderBy('createdAt')
    .limit(limit)
    .execute()
}
