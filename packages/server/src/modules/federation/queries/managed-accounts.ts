import type { Db, Tx } from '../../../kit/db/database.js'

/** An account that was made for an organisation. */
export interface ManagedAccount {
  readonly userId: string
  readonly orgId: string
  readonly suspendedAt: Date | null
}

export async function findManagedAccount(db: Db | Tx, userId: string): Promise<ManagedAccount | null> {
  const row = await db
    .selectFrom('federation.managedAccounts')
    .select(['userId', 'orgId', 'suspendedAt'])
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row ?? null
}

export async function insertManagedAccount(
  tx: Tx,
  account: { userId: string; orgId: string; createdAt: Date },
): Promise<void> {
  await tx.insertInto('federation.managedAccounts').values(account).execute()
}

export async function markManagedAccount(tx: Tx, userId: string, suspendedAt: Date | null): Promise<void> {
  await tx.updateTable('federation.managedAccounts').set({ suspendedAt }).where('userId', '=', userId).execute()
}
