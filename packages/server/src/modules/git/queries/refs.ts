import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { fromHex } from '../oid.js'

export interface RefRow {
  readonly name: string
  readonly oid: Buffer
  readonly peeled: Buffer | null
}

export interface RefWrite {
  readonly name: string
  readonly old: string | null
  readonly new: string | null
  readonly peeled: string | null
  readonly at: Date
}

export function listRefRows(db: Db, repoId: string, prefix: string): Promise<RefRow[]> {
  return db
    .selectFrom('git.refs')
    .select(['name', 'oid', 'peeled'])
    .where('repoId', '=', repoId)
    .where(sql<boolean>`starts_with(name, ${prefix})`)
    .orderBy(sql`name collate "C"`)
    .execute()
}

export async function findRefRow(db: Db, repoId: string, name: string): Promise<RefRow | null> {
  const row = await db
    .selectFrom('git.refs')
    .select(['name', 'oid', 'peeled'])
    .where('repoId', '=', repoId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row ?? null
}

/** A ref that is a folder of this name, or lies in it, among those not being deleted; null when none. */
export async function findNameClash(
  tx: Tx,
  repoId: string,
  name: string,
  deleted: readonly string[],
): Promise<string | null> {
  const row = await tx
    .selectFrom('git.refs')
    .select('name')
    .where('repoId', '=', repoId)
    .where(sql<boolean>`(starts_with(name, ${`${name}/`}) or starts_with(${name}, name || '/'))`)
    .where(sql<boolean>`not (name = any(${[...deleted]}::text[]))`)
    .limit(1)
    .executeTakeFirst()
  return row?.name ?? null
}

/** Moves a ref from `old` to `new`; false when it is not at `old`. */
export async function swapRef(tx: Tx, repoId: string, write: RefWrite): Promise<boolean> {
  const { name, old, at } = write
  if (write.new === null) {
    const gone = await tx
      .deleteFrom('git.refs')
      .where('repoId', '=', repoId)
      .where('name', '=', name)
      .where('oid', '=', fromHex(old ?? ''))
      .executeTakeFirst()
    return gone.numDeletedRows === 1n
  }
  const oid = fromHex(write.new)
  const peeled = write.peeled === null ? null : fromHex(write.peeled)
  if (old === null) {
    const made = await tx
      .insertInto('git.refs')
      .values({ repoId, name, oid, peeled, updatedAt: at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return made.numInsertedOrUpdatedRows === 1n
  }
  const moved = await tx
    .updateTable('git.refs')
    .set({ oid, peeled, updatedAt: at })
    .where('repoId', '=', repoId)
    .where('name', '=', name)
    .where('oid', '=', fromHex(old))
    .executeTakeFirst()
  return moved.numUpdatedRows === 1n
}
