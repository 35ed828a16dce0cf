import type { Db, Tx } from '../../kit/db/database.js'
import type { Membership } from '../../kit/http/actor.js'
import type { AccountsDeps } from './deps.js'
import { listMembershipRows } from './queries/memberships.js'

/** Organisations of a user, by name, with duties and resource groups. */
export async function listMemberships(
  db: Db | Tx,
  deps: Pick<AccountsDeps, 'orgSource'>,
  userId: string,
): Promise<Membership[]> {
  const rows = await listMembershipRows(db, userId)
  if (rows.length === 0) return []
  const roles = rows.map(({ accountId, role }) => ({ orgId: accountId, role }))
  const groups = await deps.orgSource().listJoinedGroups(db, userId, roles)
  return rows.map((row) => ({
    ...row,
    groups: groups.filter((group) => group.orgId === row.accountId).map(({ groupId, role }) => ({ groupId, role })),
  }))
}
