import type { FileTerm } from '@stoa/xet'
import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { findHeldByBucket } from './bucket-files.js'
import { rescueRows } from './collect.js'

export interface StoredXorb {
  readonly hash: string
  readonly blobKey: string
  readonly serialisedBytes: bigint
  readonly rawBytes: bigint
  readonly chunkIndex: Buffer
}

const MAX_NAMES = 2000

export async function findXorbs(db: Db, hashes: readonly string[]): Promise<Map<string, StoredXorb>> {
  const found = new Map<string, StoredXorb>()
  for (let at = 0; at < hashes.length; at += MAX_NAMES) {
    const rows = await db
      .selectFrom('repos.xorbs')
      .select(['hash', 'blobKey', 'serialisedBytes', 'rawBytes', 'chunkIndex'])
      .where('hash', 'in', hashes.slice(at, at + MAX_NAMES))
      .execute()
    for (const row of rows) found.set(row.hash, row)
  }
  return found
}

/**
 * First write wins: another serialisation of the same chunks would break links that are out. Returns the key that counts;
 * a xorb that waited to be removed is saved.
 */
export async function insertXorb(tx: Tx, xorb: StoredXorb & { readonly createdAt: Date }): Promise<string> {
  const row = await tx
    .insertInto('repos.xorbs')
    .values(xorb)
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ condemnedAt: null }))
    .returning('blobKey')
    .executeTakeFirstOrThrow()
  return row.blobKey
}

/** Saves a stored xorb from the collector, since somebody sends it again; false when there is none. */
export async function rescueXorb(tx: Tx, hash: string): Promise<boolean> {
  const row = await tx
    .updateTable('repos.xorbs')
    .set({ condemnedAt: null })
    .where('hash', '=', hash)
    .returning('hash')
    .executeTakeFirst()
  return row !== undefined
}

export interface XetFile {
  readonly hash: string
  readonly sha256: string
  readonly sizeBytes: bigint
  readonly terms: readonly FileTerm[]
}

export async function findXetFile(db: Db, hash: string): Promise<XetFile | null> {
  const row = await db.selectFrom('repos.xetFiles').selectAll().where('hash', '=', hash).executeTakeFirst()
  return row ? { ...row, terms: row.terms as FileTerm[] } : null
}

/** The file if the repository may read it: it holds the large file of the same SHA-256. */
export async function findRepoXetFile(db: Db, repoId: string, hash: string): Promise<XetFile | null> {
  const row = await db
    .selectFrom('repos.xetFiles as file')
    .innerJoin('repos.repoLfsObjects as mine', 'mine.oid', 'file.sha256')
    .selectAll('file')
    .where('file.hash', '=', hash)
    .where('mine.repoId', '=', repoId)
    .executeTakeFirst()
  return row ? { ...row, terms: row.terms as FileTerm[] } : null
}

/**
 * Records a verified file and the xorbs it is made of, which are saved from the collector. A xorb that went meanwhile
 * makes the foreign key fail.
 */
export async function insertXetFile(tx: Tx, file: XetFile, at: Date): Promise<void> {
  const { hash, sha256, sizeBytes } = file
  const stored = await tx
    .insertInto('repos.xetFiles')
    .values({ hash, sha256, sizeBytes, terms: JSON.stringify(file.terms), createdAt: at })
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ condemnedAt: null }))
    .returning('terms')
    .executeTakeFirstOrThrow()
  const xorbs = [...new Set((stored.terms as FileTerm[]).map((term) => term.xorb))]
  await rescueRows(tx, 'xorbs', xorbs)
  for (let from = 0; from < xorbs.length; from += MAX_NAMES) {
    await tx
      .insertInto('repos.xetFileXorbs')
      .values(xorbs.slice(from, from + MAX_NAMES).map((xorb) => ({ fileHash: hash, xorb })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Xet names of large files by SHA-256. The caller has made sure that the reader may see those files. */
export async function findXetHashes(db: Db, sha256s: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (let at = 0; at < sha256s.length; at += MAX_NAMES) {
    const rows = await db
      .selectFrom('repos.xetFiles')
      .select(['sha256', 'hash'])
      .where('sha256', 'in', sha256s.slice(at, at + MAX_NAMES))
      .orderBy('createdAt', 'desc')
      .execute()
    for (const row of rows) names.set(row.sha256, row.hash)
  }
  return names
}

export async function insertChunks(
  tx: Tx,
  accountId: string,
  chunks: readonly { hash: string; xorb: string }[],
  at: Date,
): Promise<void> {
  for (let from = 0; from < chunks.length; from += MAX_NAMES) {
    const rows = chunks.slice(from, from + MAX_NAMES).map((chunk) => ({ ...chunk, accountId, createdAt: at }))
    await tx
      .insertInto('repos.xetChunks')
      .values(rows)
      // A chunk also found in a xorb that is about to go is remembered in the one that stays.
      .onConflict((conflict) =>
        conflict
          .columns(['accountId', 'hash'])
          .doUpdateSet((eb) => ({ xorb: eb.ref('excluded.xorb'), createdAt: at }))
          .where((eb) =>
            eb.exists(
              eb
                .selectFrom('repos.xorbs as old')
                .select('old.hash')
                .whereRef('old.hash', '=', 'repos.xetChunks.xorb')
                .where('old.condemnedAt', 'is not', null),
            ),
          ),
      )
      .execute()
  }
}

/** The xorb that holds a chunk, inside one owner's domain; none that waits to be removed. */
export async function findChunk(db: Db, accountId: string, hash: string): Promise<string | null> {
  const row = await db
    .selectFrom('repos.xetChunks as chunk')
    .innerJoin('repos.xorbs as holder', 'holder.hash', 'chunk.xorb')
    .select('chunk.xorb')
    .where('chunk.accountId', '=', accountId)
    .where('chunk.hash', '=', hash)
    .where('holder.condemnedAt', 'is', null)
    .executeTakeFirst()
  return row?.xorb ?? null
}

/** Whether the owner of what a token is for has registered a file whose chunks lie in a xorb. */
export async function holdsXorb(db: Db, home: Home, xorb: string): Promise<boolean> {
  const accountId = await findGrantAccount(db, home)
  if (accountId === null) return false
  const row = await db
    .selectFrom('repos.xetChunks')
    .select('xorb')
    .where('accountId', '=', accountId)
    .where('xorb', '=', xorb)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * The xorbs of the files of one owner in which a xorb occurs, itself first: what a reader of a copy will want next.
 * Files of others are not looked at, whatever xorbs they share.
 */
export async function listNeighbourXorbs(db: Db, accountId: string, xorb: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ xorb: string }>`
    select near.xorb from repos.xet_file_xorbs here
    join repos.xet_files f on f.hash = here.file_hash
    join repos.xet_file_xorbs near on near.file_hash = f.hash
    where here.xorb = ${xorb} and (
      exists (select 1 from repos.repo_lfs_objects m join repos.repos r on r.id = m.repo_id
              where m.oid = f.sha256 and r.account_id = ${accountId})
      or exists (select 1 from repos.bucket_files bf join repos.buckets b on b.id = bf.bucket_id
                 where bf.xet_hash = f.hash and b.account_id = ${accountId}))
    group by near.xorb limit ${limit}`.execute(db)
  return [xorb, ...rows.map((row) => row.xorb).filter((name) => name !== xorb)].slice(0, limit)
}

/** What a token says it is for; a repository unless it says bucket. */
interface Home {
  readonly home: 'repo' | 'bucket'
  readonly repoId: string
}

/** The owner of what a token is for; null when that is gone. */
export async function findGrantAccount(db: Db, { home, repoId }: Home): Promise<string | null> {
  const table = home === 'bucket' ? ('repos.buckets' as const) : ('repos.repos' as const)
  const row = await db.selectFrom(table).select('accountId').where('id', '=', repoId).executeTakeFirst()
  return row?.accountId ?? null
}

/** The file if what the token is for holds it. */
export async function findGrantedFile(db: Db, { home, repoId }: Home, hash: string): Promise<XetFile | null> {
  if (home !== 'bucket') return await findRepoXetFile(db, repoId, hash)
  return (await findHeldByBucket(db, repoId, [hash])).has(hash) ? await findXetFile(db, hash) : null
}
