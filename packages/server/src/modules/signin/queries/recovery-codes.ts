import type { Db, Tx } from '../../../kit/db/database.js'

export async function countRecoveryCodes(db: Db | Tx, userId: string): Promise<number> {
  const row = await db
    .selectFrom('signin.recoveryCodes')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('userId', '=', userId)
    .where('usedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Makes these the codes of a user; the old ones are gone. */
export async function replaceRecoveryCodes(
  tx: Tx,
  userId: string,
  codes: readonly { readonly id: string; readonly codeHash: string; readonly createdAt: Date }[],
): Promise<void> {
  await tx.deleteFrom('signin.recoveryCodes').where('userId', '=', userId).execute()
  if (codes.length > 0)
    await tx
      .insertInto('signin.recoveryCodes')
      .values(codes.map((code) => ({ ...code, userId })))
      .execute()
}

/** Uses a code up; false when there is none like it, or it was used. */
export async function takeRecoveryCode(tx: Tx, userId: string, codeHash: string, usedAt: Date): Promise<boolean> {
  const result = await tx
    .updateTable('signin.recoveryCodes')
    .set({ usedAt })
    .where('userId', '=', userId)
    .where('codeHash', '=', codeHash)
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
