import type { Db, Tx } from '../../../kit/db/database.js'

export interface PasskeyRow {
  readonly id: string
  readonly userId: string
  readonly credentialId: string
  readonly publicKey: string
  readonly counter: bigint
  readonly transports: string[]
  readonly isSynced: boolean
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export async function listPasskeys(db: Db | Tx, userId: string): Promise<PasskeyRow[]> {
  return db.selectFrom('signin.passkeys').selectAll().where('userId', '=', userId).orderBy('createdAt').execute()
}

export async function findPasskeyByCredential(db: Db | Tx, credentialId: string): Promise<PasskeyRow | null> {
  const row = await db
    .selectFrom('signin.passkeys')
    .selectAll()
    .where('credentialId', '=', credentialId)
    .executeTakeFirst()
  return row ?? null
}

export async function insertPasskey(tx: Tx, passkey: Omit<PasskeyRow, 'lastUsedAt'>): Promise<void> {
  await tx.insertInto('signin.passkeys').values(passkey).execute()
}

export async function renamePasskeyRow(tx: Tx, userId: string, id: string, name: string): Promise<PasskeyRow | null> {
  const row = await tx
    .updateTable('signin.passkeys')
    .set({ name })
    .where('userId', '=', userId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** Notes a use; false when another use has counted as far meanwhile. */
export async function countPasskeyUse(
  tx: Tx,
  id: string,
  use: { readonly counter: bigint; readonly isSynced: boolean; readonly at: Date },
): Promise<boolean> {
  const { counter, isSynced, at } = use
  let query = tx.updateTable('signin.passkeys').set({ counter, isSynced, lastUsedAt: at }).where('id', '=', id)
  if (counter > 0n) query = query.where('counter', '<', counter)
  return (await query.executeTakeFirst()).numUpdatedRows > 0n
}

/** Removes one passkey of a user; null when it is not theirs. */
export async function deletePasskey(tx: Tx, userId: string, id: string): Promise<PasskeyRow | null> {
  const row = await tx
    .deleteFrom('signin.passkeys')
    .where('userId', '=', userId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

export async function deletePasskeysOf(tx: Tx, userId: string): Promise<number> {
  const result = await tx.deleteFrom('signin.passkeys').where('userId', '=', userId).executeTakeFirst()
  return Number(result.numDeletedRows)
}
