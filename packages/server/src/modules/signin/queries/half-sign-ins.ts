import type { Db, Tx } from '../../../kit/db/database.js'

/** Somebody whose first factor was right. */
export interface HalfSignIn {
  readonly id: string
  readonly userId: string
  readonly factors: readonly string[]
  readonly failures: number
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertHalfSignIn(
  tx: Tx,
  half: Omit<HalfSignIn, 'failures'> & { readonly secretHash: string },
): Promise<void> {
  await tx
    .insertInto('signin.halfSignIns')
    .values({ ...half, factors: [...half.factors] })
    .execute()
}

export async function findHalfSignIn(db: Db | Tx, secretHash: string, now: Date): Promise<HalfSignIn | null> {
  const row = await db
    .selectFrom('signin.halfSignIns')
    .select(['id', 'userId', 'factors', 'failures', 'createdAt', 'expiresAt'])
    .where('secretHash', '=', secretHash)
    .where('expiresAt', '>', now)
    .executeTakeFirst()
  return row ?? null
}

/** Takes one of the tries a half sign-in has, before anything is checked; false when there are none left. */
export async function takeTry(tx: Tx, id: string, most: number): Promise<boolean> {
  const result = await tx
    .updateTable('signin.halfSignIns')
    .set((eb) => ({ failures: eb('failures', '+', 1) }))
    .where('id', '=', id)
    .where('failures', '<', most)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Ends a half sign-in; false when somebody else did. */
export async function takeHalfSignIn(tx: Tx, id: string): Promise<boolean> {
  return (await tx.deleteFrom('signin.halfSignIns').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n
}

export async function deleteExpiredHalfSignIns(tx: Tx, now: Date): Promise<void> {
  await tx.deleteFrom('signin.halfSignIns').where('expiresAt', '<=', now).execute()
}

export async function deleteHalfSignInsOf(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('signin.halfSignIns').where('userId', '=', userId).execute()
}
