import type { Db, Tx } from '../../../kit/db/database.js'

export async function insertRetiredName(tx: Tx, nameHash: Buffer, retiredAt: Date): Promise<void> {
  await tx
    .insertInto('accounts.retiredNames')
    .values({ nameHash, retiredAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function isNameRetired(db: Db | Tx, nameHash: Buffer): Promise<boolean> {
  const row = await db
    .selectFrom('accounts.retiredNames')
    .select('nameHash')
    .where('nameHash', '=', nameHash)
    .executeTakeFirst()
  return row !== undefined
}
