import type { Db, Tx } from '../../../kit/db/database.js'

export interface LinkRow {
  readonly id: string
  readonly purpose: 'first_admin' | 'set_password' | 'recover'
  readonly userId: string | null
  readonly expiresAt: Date
}

export async function insertLink(
  tx: Tx,
  link: LinkRow & { readonly secretHash: string; readonly createdAt: Date },
): Promise<void> {
  await tx.insertInto('accounts.oneTimeLinks').values(link).execute()
}

/** A link that may still be used. */
export async function findOpenLink(db: Db | Tx, secretHash: string, now: Date): Promise<LinkRow | null> {
  const row = await db
    .selectFrom('accounts.oneTimeLinks')
    .select(['id', 'purpose', 'userId', 'expiresAt'])
    .where('secretHash', '=', secretHash)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .executeTakeFirst()
  return row ? { ...row, purpose: row.purpose as LinkRow['purpose'] } : null
}

/** Marks a link used; false when somebody was faster. */
export async function useLink(tx: Tx, id: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('accounts.oneTimeLinks')
    .set({ usedAt: now })
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Makes earlier links of the same kind useless: only the newest one works. */
export async function retireLinks(
  tx: Tx,
  purpose: LinkRow['purpose'],
  userId: string | null,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('accounts.oneTimeLinks')
    .set({ usedAt: now })
    .where('purpose', '=', purpose)
    .where('userId', userId === null ? 'is' : '=', userId)
    .where('usedAt', 'is', null)
    .execute()
}
