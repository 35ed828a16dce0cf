import type { Db, Tx } from '../../../kit/db/database.js'
import type { Grant } from '../mapping/grant.js'

/** What somebody was given by this source because of groups elsewhere. */
export async function listGrants(db: Db | Tx, userId: string, source: string): Promise<Grant[]> {
  const rows = await db
    .selectFrom('federation.groupGrants')
    .select(['kind', 'targetId', 'orgId', 'value'])
    .where('userId', '=', userId)
    .where('source', '=', source)
    .execute()
  return rows.map(({ kind, targetId, orgId, value }) => ({ kind, targetId, orgId, value }) as Grant)
}

export async function replaceGrants(tx: Tx, userId: string, source: string, grants: readonly Grant[]): Promise<void> {
  await tx.deleteFrom('federation.groupGrants').where('userId', '=', userId).where('source', '=', source).execute()
  if (grants.length === 0) return
  await tx
    .insertInto('federation.groupGrants')
    .values(grants.map((grant) => ({ userId, source, ...grant })))
    .execute()
}
