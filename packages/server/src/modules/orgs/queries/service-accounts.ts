import type { Db, Tx } from '../../../kit/db/database.js'

export interface ServiceFacts {
  readonly accountId: string
  readonly createdAt: Date
}

/** Service accounts of an organisation, removed ones too; `accountId`: only this one. */
export async function listServiceFacts(db: Db | Tx, orgId: string, accountId?: string): Promise<ServiceFacts[]> {
  const rows = db.selectFrom('orgs.serviceAccounts').select(['accountId', 'createdAt']).where('orgId', '=', orgId)
  return (accountId === undefined ? rows : rows.where('accountId', '=', accountId)).execute()
}

export async function insertService(
  tx: Tx,
  service: { accountId: string; orgId: string; createdBy: string | null; createdAt: Date },
): Promise<void> {
  await tx.insertInto('orgs.serviceAccounts').values(service).execute()
}
