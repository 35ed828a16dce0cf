import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { BucketChange, BucketFile } from '../buckets/bucket.js'
import { rescueRows } from './collect.js'

const MAX_NAMES = 2000
/** Behind every path with the prefix before it; no path contains it. */
const LAST_CHAR = '\u{10ffff}'
const COLUMNS = ['path', 'xetHash', 'sizeBytes', 'contentType', 'mtime', 'uploadedAt'] as const

export interface FileSpan {
  readonly prefix: string
  /** The first path that may be shown. */
  readonly from: string
  readonly limit: number
}

/** Files whose path begins with the prefix, in the order of their bytes. */
export async function listBucketFiles(db: Db, bucketId: string, span: FileSpan): Promise<BucketFile[]> {
  return await db
    .selectFrom('repos.bucketFiles')
    .select(COLUMNS)
    .where('bucketId', '=', bucketId)
    .where('path', '>=', span.prefix)
    .where('path', '<=', span.prefix + LAST_CHAR)
    .where('path', '>=', span.from)
    .orderBy('path')
    .limit(span.limit)
    .execute()
}

/** A folder shows the latest upload among so many of its files. */
const DATED_FILES = 1000

/** A file, or a folder that stands for all files below it. */
export type BucketListItem = BucketFile | { readonly folder: string; readonly uploadedAt: Date }

/**
 * The files directly under a prefix and the folders below it. A slash right after the prefix belongs to it, so that
 * `logs` shows what is in `logs/`, and, as prefixes are texts, `logs_old` too. The index is asked once for each line.
 */
export async function listBucketLevel(db: Db, bucketId: string, span: FileSpan): Promise<BucketListItem[]> {
  const { prefix, from, limit } = span
  const last = prefix + LAST_CHAR
  const nextAfter = (path: string) => sql`(
    select f.path from repos.bucket_files f
    where f.bucket_id = ${bucketId} and f.path <= ${last}
      and f.path >= case when ${sql.raw(folderOf(path))} is null then ${sql.raw(path)} || chr(1)
                         else ${sql.raw(folderOf(path))} || '0' end
    order by f.path limit 1)`
  const result = await sql<LevelRow>`
    with recursive base as (select char_length(${prefix}::text) as n),
    step(path, n) as (
      (select f.path, base.n from repos.bucket_files f, base
       where f.bucket_id = ${bucketId} and f.path >= ${prefix} and f.path <= ${last} and f.path >= ${from}
       order by f.path limit 1)
      union all
      select ${nextAfter('step.path')}, step.n from step where step.path is not null
    ),
    line as (select path, ${sql.raw(folderOf('step.path'))} as folder from step where path is not null limit ${limit})
    select line.folder, file.path, file.xet_hash, file.size_bytes, file.content_type, file.mtime,
      case when line.folder is null then file.uploaded_at else (
        select max(dated.uploaded_at) from (
          select f.uploaded_at from repos.bucket_files f
          where f.bucket_id = ${bucketId} and f.path >= line.folder || '/' and f.path < line.folder || '0'
          order by f.path limit ${DATED_FILES}) dated) end as uploaded_at
    from line join repos.bucket_files file on file.bucket_id = ${bucketId} and file.path = line.path
    order by file.path`.execute(db)
  return result.rows.map(({ folder, ...file }) => (folder === null ? file : { folder, uploadedAt: file.uploadedAt }))
}

interface LevelRow extends BucketFile {
  readonly folder: string | null
}

/** SQL: the first folder of a path below the prefix of `step.n` characters, null when it is a file of this level. */
function folderOf(path: string): string {
  const skip = `case when step.n > 0 and substr(${path}, step.n + 1, 1) = '/' then step.n + 1 else step.n end`
  const slash = `position('/' in substr(${path}, ${skip} + 1))`
  return `(case when ${slash} > 0 then left(${path}, ${skip} + ${slash} - 1) end)`
}

/** Those of the paths that are files, by path. */
export async function findBucketFiles(
  db: Db,
  bucketId: string,
  paths: readonly string[],
): Promise<Map<string, BucketFile>> {
  const found = new Map<string, BucketFile>()
  for (let at = 0; at < paths.length; at += MAX_NAMES) {
    const rows = await db
      .selectFrom('repos.bucketFiles')
      .select(COLUMNS)
      .where('bucketId', '=', bucketId)
      .where('path', 'in', paths.slice(at, at + MAX_NAMES))
      .execute()
    for (const row of rows) found.set(row.path, row)
  }
  return found
}

/** Adds or replaces files; no path twice. */
export async function putBucketFiles(tx: Tx, bucketId: string, files: readonly BucketFile[]): Promise<void> {
  if (files.length === 0) return
  await rescueRows(
    tx,
    'xetFiles',
    files.map((file) => file.xetHash),
  )
  await tx
    .insertInto('repos.bucketFiles')
    .values(files.map((file) => ({ ...file, bucketId })))
    .onConflict((conflict) =>
      conflict.columns(['bucketId', 'path']).doUpdateSet((eb) => ({
        xetHash: eb.ref('excluded.xetHash'),
        sizeBytes: eb.ref('excluded.sizeBytes'),
        contentType: eb.ref('excluded.contentType'),
        mtime: eb.ref('excluded.mtime'),
        uploadedAt: eb.ref('excluded.uploadedAt'),
      })),
    )
    .execute()
}

export async function deleteBucketFiles(tx: Tx, bucketId: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  await tx.deleteFrom('repos.bucketFiles').where('bucketId', '=', bucketId).where('path', 'in', paths).execute()
}

/** Sizes of those of the hashes that files of the bucket have. */
export async function findHashesInBucket(
  db: Db,
  bucketId: string,
  hashes: readonly string[],
): Promise<Map<string, bigint>> {
  if (hashes.length === 0) return new Map()
  const rows = await db
    .selectFrom('repos.bucketFiles')
    .select(['xetHash', 'sizeBytes'])
    .distinct()
    .where('bucketId', '=', bucketId)
    .where('xetHash', 'in', hashes)
    .execute()
  return new Map(rows.map((row) => [row.xetHash, row.sizeBytes]))
}

/** As `findHashesInBucket`, with what was sent to the bucket and is not named yet. */
export async function findHeldByBucket(
  db: Db,
  bucketId: string,
  hashes: readonly string[],
): Promise<Map<string, bigint>> {
  if (hashes.length === 0) return new Map()
  const rows = await db
    .selectFrom('repos.bucketUploads as upload')
    .innerJoin('repos.xetFiles as file', 'file.hash', 'upload.xetHash')
    .select(['file.hash', 'file.sizeBytes'])
    .where('upload.bucketId', '=', bucketId)
    .where('upload.xetHash', 'in', hashes)
    .execute()
  const sent = rows.map((row) => [row.hash, row.sizeBytes] as const)
  return new Map([...sent, ...(await findHashesInBucket(db, bucketId, hashes))])
}

/** Sizes of those of the hashes that a repository holds as large files. */
export async function findHashesInRepo(
  db: Db,
  repoId: string,
  hashes: readonly string[],
): Promise<Map<string, bigint>> {
  if (hashes.length === 0) return new Map()
  const rows = await db
    .selectFrom('repos.xetFiles as file')
    .innerJoin('repos.repoLfsObjects as mine', 'mine.oid', 'file.sha256')
    .select(['file.hash', 'file.sizeBytes'])
    .where('mine.repoId', '=', repoId)
    .where('file.hash', 'in', hashes)
    .execute()
  return new Map(rows.map((row) => [row.hash, row.sizeBytes]))
}

/** Records that verified bytes were sent for the bucket. */
export async function insertBucketUpload(tx: Tx, bucketId: string, xetHash: string, at: Date): Promise<void> {
  await tx
    .insertInto('repos.bucketUploads')
    .values({ bucketId, xetHash, registeredAt: at })
    .onConflict((conflict) => conflict.columns(['bucketId', 'xetHash']).doUpdateSet({ registeredAt: at }))
    .execute()
}

export interface StoredChanges {
  readonly seq: bigint
  readonly changes: readonly BucketChange[]
  readonly createdAt: Date
}

export async function insertBucketChanges(tx: Tx, bucketId: string, row: StoredChanges): Promise<void> {
  await tx
    .insertInto('repos.bucketChanges')
    .values({ bucketId, seq: row.seq, changes: JSON.stringify(row.changes), createdAt: row.createdAt })
    .execute()
}

export async function listBucketChanges(
  db: Db,
  bucketId: string,
  afterSeq: bigint,
  limit: number,
): Promise<StoredChanges[]> {
  const rows = await db
    .selectFrom('repos.bucketChanges')
    .select(['seq', 'changes', 'createdAt'])
    .where('bucketId', '=', bucketId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, changes: row.changes as BucketChange[] }))
}

/** The oldest change still kept, and the first that is not older than a time; null when there is none. */
export async function findChangeBounds(
  db: Db,
  bucketId: string,
  since: Date | null,
): Promise<{ oldest: { seq: bigint; createdAt: Date } | null; firstSince: bigint | null }> {
  const changes = db.selectFrom('repos.bucketChanges').where('bucketId', '=', bucketId).orderBy('seq').limit(1)
  const oldest = await changes.select(['seq', 'createdAt']).executeTakeFirst()
  const first = since ? await changes.select('seq').where('createdAt', '>=', since).executeTakeFirst() : undefined
  return { oldest: oldest ?? null, firstSince: first?.seq ?? null }
}

/** Drops old uploads that no batch named in time, and old changes except the latest of each bucket. How many went. */
export async function pruneBuckets(tx: Tx, before: Date, limit: number): Promise<number> {
  const uploads = await sql`
    delete from repos.bucket_uploads where ctid in (
      select ctid from repos.bucket_uploads where registered_at < ${before} limit ${limit})`.execute(tx)
  const changes = await sql`
    delete from repos.bucket_changes where (bucket_id, seq) in (
      select c.bucket_id, c.seq from repos.bucket_changes c join repos.buckets b on b.id = c.bucket_id
      where c.created_at < ${before} and c.seq < b.change_seq limit ${limit})`.execute(tx)
  return Number(uploads.numAffectedRows ?? 0n) + Number(changes.numAffectedRows ?? 0n)
}
