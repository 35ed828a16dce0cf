import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { GroupMembership } from '../../../kit/http/actor.js'
import type { HeldRole } from '../../accounts/index.js'

/** Resource groups a member of these organisations is in: by name, or because members join by themselves. */
export async function listJoinedGroups(
  db: Db | Tx,
  userId: string,
  roles: readonly HeldRole[],
): Promise<(GroupMembership & { readonly orgId: string })[]> {
  const orgIds = roles.map(({ orgId }) => orgId)
  const readable = roles.filter(({ role }) => role !== 'no_access').map(({ orgId }) => orgId)
  const { rows } = await sql<GroupMembership & { readonly orgId: string }>`
    select g.id as group_id, g.org_id, coalesce(gm.role, g.auto_join_role) as role
    from orgs.resource_groups g
    left join orgs.resource_group_members gm on gm.group_id = g.id and gm.user_id = ${userId}
    where g.org_id = any(${orgIds}::text[])
      and (gm.user_id is not null
        or (g.auto_join_role is not null and (g.auto_join_scope = 'all' or g.org_id = any(${readable}::text[]))))
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
    .selectFrom('orgs.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .orderBy((eb) => eb.fn('lower', ['name']))
    .execute()
  return rows.map(toGroup)
}

export async function findGroup(db: Db | Tx, orgId: string, groupId: string): Promise<GroupRow | null> {
  const row = await db
    .selectFrom('orgs.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .where('id', '=', groupId)
    .executeTakeFirst()
  return row ? toGroup(row) : null
}

export async function findGroupByName(db: Db | Tx, orgId: string, name: string): Promise<GroupRow | null> {
  const row = await db
    .selectFrom('orgs.resourceGroups')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', eb.fn('lower', [eb.val(name)])))
    .executeTakeFirst()
  return row ? toGroup(row) : null
}

export async function insertGroup(tx: Tx, group: GroupRow, now: Date): Promise<void> {
  await tx
    .insertInto('orgs.resourceGroups')
    .values({ ...group, createdAt: now, updatedAt: now })
    .execute()
}

export type GroupPatch = Partial<Pick<GroupRow, 'name' | 'description' | 'autoJoinRole' | 'autoJoinScope'>>

export async function updateGroup(tx: Tx, groupId: string, patch: GroupPatch, now: Date): Promise<void> {
  await tx
    .updateTable('orgs.resourceGroups')
    .set({ ...patch, updatedAt: now })
    .where('id', '=', groupId)
    .execute()
}

export async function deleteGroup(tx: Tx, groupId: string): Promise<void> {
  await tx.deleteFrom('orgs.resourceGroups').where('id', '=', groupId).execute()
}

/** Somebody who was added to a group by name. */
export interface GroupMemberRow {
  readonly groupId: string
  readonly userId: string
  readonly role: GroupMembership['role']
  /** The id of who did it. */
  readonly addedBy: string | null
}

/** Accounts added to these groups; whoever joins by themselves is not among them. */
export async function listGroupMemberRows(
  db: Db | Tx,
  groupIds: readonly string[],
  limit: number,
): Promise<GroupMemberRow[]> {
  if (groupIds.length === 0) return []
  const rows = await db
    .selectFrom('orgs.resourceGroupMembers')
    .select(['groupId', 'userId', 'role', 'addedBy'])
    .where('groupId', 'in', [...groupIds])
    .orderBy('groupId')
    .orderBy('userId')
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
    .selectFrom('orgs.resourceGroupMembers as m')
    .innerJoin('orgs.resourceGroups as g', 'g.id', 'm.groupId')
    .select(['m.userId', 'g.id', 'g.name', 'm.role'])
    .where('g.orgId', '=', orgId)
    .where('m.userId', 'in', [...userIds])
    .orderBy('g.name')
    .execute()
}

export async function findGroupRole(db: Db | Tx, groupId: string, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('orgs.resourceGroupMembers')
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
    .insertInto('orgs.resourceGroupMembers')
    .values({ ...rest, role, createdAt: now })
    .onConflict((conflict) => conflict.columns(['groupId', 'userId']).doUpdateSet({ role }))
    .execute()
}

export async function deleteGroupMember(tx: Tx, groupId: string, userId: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('orgs.resourceGroupMembers')
    .where('groupId', '=', groupId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** Takes a user out of every group of an organisation; when they leave it. */
export async function deleteGroupMembershipsIn(tx: Tx, orgId: string, userId: string): Promise<void> {
  await tx
    .deleteFrom('orgs.resourceGroupMembers')
    .where('userId', '=', userId)
    .where('groupId', 'in', (eb) => eb.selectFrom('orgs.resourceGroups').select('id').where('orgId', '=', orgId))
    .execute()
}

/** Takes an account out of every group, and removes the groups of an organisation that is removed. */
export async function deleteGroupsOf(tx: Tx, accountId: string): Promise<void> {
  await tx.deleteFrom('orgs.resourceGroupMembers').where('userId', '=', accountId).execute()
  await tx.deleteFrom('orgs.resourceGroups').where('orgId', '=', accountId).execute()
}
