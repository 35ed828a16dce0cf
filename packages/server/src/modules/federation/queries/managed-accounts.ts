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

/** Whether a domain of addresses was shown to be this organisation's. */
export async function isDomainOf(db: Db | Tx, orgId: string, domain: string): Promise<boolean> {
  const row = await db
    .selectFrom('federation.domains')
    .select('id')
    .where('orgId', '=', orgId)
    .where('domain', '=', domain.toLowerCase())
    .where('verifiedAt', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}
