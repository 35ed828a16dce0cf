import type { Db, Tx } from '../../../kit/db/database.js'

export interface LfsLock {
  readonly id: string
  readonly repoId: string
  readonly path: string
  readonly ownerId: string
  readonly ownerName: string
  readonly lockedAt: Date
}

export interface LockFilter {
  readonly path?: string | undefined
  readonly id?: string | undefined
  /** Id of the last lock of the page before. */
  readonly after?: string | undefined
}

export async function listLocks(db: Db, repoId: string, filter: LockFilter, limit: number): Promise<LfsLock[]> {
  let query = db.selectFrom('repos.lfsLocks').selectAll().where('repoId', '=', repoId).orderBy('id').limit(limit)
  if (filter.path !== undefined) query = query.where('path', '=', filter.path)
  if (filter.id !== undefined) query = query.where('id', '=', filter.id)
  if (filter.after !== undefined) query = query.where('id', '>', filter.after)
  return await query.execute()
}

/** Adds a lock; null when the path is locked already. */
export async function insertLock(tx: Tx, lock: LfsLock): Promise<LfsLock | null> {
  const row = await tx
    .insertInto('repos.lfsLocks')
    .values(lock)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

export async function deleteLock(tx: Tx, repoId: string, id: string): Promise<void> {
  await tx.deleteFrom('repos.lfsLocks').where('repoId', '=', repoId).where('id', '=', id).execute()
}
