import type { Db, Tx } from '../../../kit/db/database.js'

export type MailLinkPurpose = 'verify' | 'reset' | 'confirm'

export interface MailLinkRow {
  readonly id: string
  readonly purpose: MailLinkPurpose
  readonly userId: string
  readonly emailSealed: Buffer
  readonly expiresAt: Date
}

const COLUMNS = ['id', 'purpose', 'userId', 'emailSealed', 'expiresAt'] as const
type SelectedRow = Omit<MailLinkRow, 'purpose'> & { readonly purpose: string }
const toRow = (row: SelectedRow): MailLinkRow => ({ ...row, purpose: row.purpose as MailLinkPurpose })

export async function insertMailLink(
  tx: Tx,
  link: MailLinkRow & { readonly secretHash: string; readonly createdAt: Date },
): Promise<void> {
  await tx.insertInto('signin.mailLinks').values(link).execute()
}

/** A link that may still be used. */
export async function findOpenMailLink(db: Db | Tx, secretHash: string, now: Date): Promise<MailLinkRow | null> {
  const row = await db
    .selectFrom('signin.mailLinks')
    .select(COLUMNS)
    .where('secretHash', '=', secretHash)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** The newest link of a person that waits for an address to be verified. */
export async function findPendingVerification(db: Db | Tx, userId: string, now: Date): Promise<MailLinkRow | null> {
  const row = await db
    .selectFrom('signin.mailLinks')
    .select(COLUMNS)
    .where('userId', '=', userId)
    .where('purpose', '=', 'verify')
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .orderBy('createdAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** Marks a link used; false when somebody was faster. */
export async function useMailLink(tx: Tx, id: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('signin.mailLinks')
    .set({ usedAt: now })
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Makes open links of a person useless; their ids. */
export async function retireMailLinks(
  tx: Tx,
  userId: string,
  purposes: readonly MailLinkPurpose[],
  now: Date,
): Promise<string[]> {
  const rows = await tx
    .updateTable('signin.mailLinks')
    .set({ usedAt: now })
    .where('userId', '=', userId)
    .where('purpose', 'in', [...purposes])
    .where('usedAt', 'is', null)
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

export async function deleteMailLinks(tx: Tx, createdBefore: Date): Promise<void> {
  await tx.deleteFrom('signin.mailLinks').where('createdAt', '<', createdBefore).execute()
}
