import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { GroupMembership } from '../../../kit/http/actor.js'

/** Resource groups a user is in: by name, or because members of the organisation join by themselves. */
export async function listJoinedGroups(
  db: Db | Tx,
  userId: string,
): Promise<(GroupMembership & { readonly orgId: string })[]> {
  const { rows } = await sql<GroupMembership & { readonly orgId: string }>`
    select g.id as group_id, g.org_id, coalesce(gm.role, g.auto_join_role) as role
    from accounts.memberships m
    join accounts.resource_groups g on g.org_id = m.org_id
    left join accounts.resource_group_members gm on gm.group_id = g.id and gm.user_id = m.user_id
    where m.user_id = ${userId}
      and (gm.user_id is not null
        or (g.auto_join_role is not null and (g.auto_join_scope = 'all' or m.role <> 'no_access')))
    order by g.id`.execute(db)
  return rows
}
