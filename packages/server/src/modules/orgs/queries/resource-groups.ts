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

export interface GroupRow {
  readonly id: string
  readonly orgId: string
  readonly name: string
  readonly description: string | null
  readonly autoJoinRole: GroupMembership['role'] | null
  readonly autoJoinScope: 'all' | 'read'
}

const COLUMNS = ['id', 'orgId', 'name', 'description', 'autoJoinRole', 'autoJoinScope'] as const

/** The table's checks keep the roles and scopes in these words. */
function toGroup(row: Record<(typeof COLUMNS)[number], string | null>): GroupRow {
  return row as unknown as GroupRow
}

export async function listGroups(db: Db | Tx, orgId: string): Promise<GroupRow[]> {
  const rows = await db
    .selectFrom('accounts.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .orderBy((eb) => eb.fn('lower', ['name']))
    .execute()
  return rows.map(toGroup)
}

export async function findGroup(db: Db | Tx, orgId: string, groupId: string): Promise<GroupRow | null> {
  const row = await db
    .selectFrom('accounts.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .where('id', '=', groupId)
    .executeTakeFirst()
  return row ? toGroup(row) : null
}

export async function findGroupByName(db: Db | Tx, orgId: string, name: string): Promise<GroupRow | null> {
  const row = await db
    .selectFrom('accounts.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', eb.fn('lower', [eb.val(name)])))
    .executeTakeFirst()
  return row ? toGroup(row) : null
}

export async function insertGroup(tx: Tx, group: GroupRow, now: Date): Promise<void> {
  await tx
    .insertInto('accounts.resourceGroups')
    .values({ ...group, createdAt: now, updatedAt: now })
    .execute()
}

export type GroupPatch = Partial<Pick<GroupRow, 'name' | 'description' | 'autoJoinRole' | 'autoJoinScope'>>

export async function updateGroup(tx: Tx, groupId: string, patch: GroupPatch, now: Date): Promise<void> {
  await tx
    .updateTable('accounts.resourceGroups')
    .set({ ...patch, updatedAt: now })
    .where('id', '=', groupId)
    .execute()
}

export async function deleteGroup(tx: Tx, groupId: string): Promise<void> {
  await tx.deleteFrom('accounts.resourceGroups').where('id', '=', groupId).execute()
}

/** Somebody who was added to a group by name. */
export interface GroupMemberRow {
  readonly groupId: string
  readonly id: string
  readonly name: string
  readonly fullname: string
  readonly avatarUrl: string | null
  readonly role: GroupMembership['role']
  readonly addedBy: string | null
}

/** People added to these groups, by name; whoever joins by themselves is not among them. */
export async function listGroupMembers(
  db: Db | Tx,
  groupIds: readonly string[],
  limit: number,
): Promise<GroupMemberRow[]> {
  if (groupIds.length === 0) return []
  const rows = await db
    .selectFrom('accounts.resourceGroupMembers as m')
    .innerJoin('accounts.accounts as a', 'a.id', 'm.userId')
    .leftJoin('accounts.accounts as by', 'by.id', 'm.addedBy')
    .select(['m.groupId', 'a.id', 'a.name', 'a.fullname', 'a.avatarUrl', 'm.role', 'by.name as addedBy'])
    .where('m.groupId', 'in', [...groupIds])
    .where('a.state', '=', 'active')
    .orderBy((eb) => eb.fn('lower', ['a.name']))
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, role: row.role as GroupMemberRow['role'] }))
}

/** The groups of an organisation that these members were added to by name. */
export async function listGroupsOfMembers(
  db: Db | Tx,
  orgId: string,
  userIds: readonly string[],
): Promise<{ userId: string; id: string; name: string; role: string }[]> {
  if (userIds.length === 0) return []
  return db
    .selectFrom('accounts.resourceGroupMembers as m')
    .innerJoin('accounts.resourceGroups as g', 'g.id', 'm.groupId')
    .select(['m.userId', 'g.id', 'g.name', 'm.role'])
    .where('g.orgId', '=', orgId)
    .where('m.userId', 'in', [...userIds])
    .orderBy('g.name')
    .execute()
}

export async function findGroupRole(db: Db | Tx, groupId: string, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('accounts.resourceGroupMembers')
    .select('role')
    .where('groupId', '=', groupId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row?.role ?? null
}

export async function upsertGroupMember(
  tx: Tx,
  member: { groupId: string; userId: string; role: GroupMembership['role']; addedBy: string | null; now: Date },
): Promise<void> {
  const { now, role, ...rest } = member
  await tx
    .insertInto('accounts.resourceGroupMembers')
    .values({ ...rest, role, createdAt: now })
    .onConflict((conflict) => conflict.columns(['groupId', 'userId']).doUpdateSet({ role }))
    .execute()
}

export async function deleteGroupMember(tx: Tx, groupId: string, userId: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('accounts.resourceGroupMembers')
    .where('groupId', '=', groupId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** Takes a user out of every group of an organisation; when they leave it. */
export async function deleteGroupMembershipsIn(tx: Tx, orgId: string, userId: string): Promise<void> {
  await tx
    .deleteFrom('accounts.resourceGroupMembers')
    .where('userId', '=', userId)
    .where('groupId', 'in', (eb) => eb.selectFrom('accounts.resourceGroups').select('id').where('orgId', '=', orgId))
    .execute()
}

/** Takes an account out of every group, and removes the groups of an organisation that is removed. */
export async function deleteGroupsOf(tx: Tx, accountId: string): Promise<void> {
  await tx.deleteFrom('accounts.resourceGroupMembers').where('userId', '=', accountId).execute()
  await tx.deleteFrom('accounts.resourceGroups').where('orgId', '=', accountId).execute()
}
