import type { Db, Tx } from '../../../kit/db/database.js'

/** A group an identity provider told an organisation of. */
export interface ProvisionedGroup {
  readonly id: string
  readonly orgId: string
  readonly displayName: string
  readonly externalId: string | null
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

const COLUMNS = ['id', 'orgId', 'displayName', 'externalId', 'version', 'createdAt', 'updatedAt'] as const

export interface GroupFilter {
  readonly orgId: string
  readonly id?: string | undefined
  readonly displayName?: string | undefined
  readonly externalId?: string | undefined
}

function filtered(db: Db | Tx, { orgId, id, displayName, externalId }: GroupFilter) {
  let query = db.selectFrom('directory.provisionedGroups').where('orgId', '=', orgId)
  if (id !== undefined) query = query.where('id', '=', id)
  if (externalId !== undefined) query = query.where('externalId', '=', externalId)
  if (displayName !== undefined)
    query = query.where((eb) => eb(eb.fn('lower', ['displayName']), '=', displayName.toLowerCase()))
  return query
}

/** In the order in which they came. */
export async function listProvisionedGroups(
  db: Db | Tx,
  filter: GroupFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<ProvisionedGroup[]> {
  return filtered(db, filter)
    .select(COLUMNS)
    .orderBy('createdAt')
    .orderBy('id')
    .offset(page.offset)
    .limit(page.limit)
    .execute()
}

export async function countProvisionedGroups(db: Db | Tx, filter: GroupFilter): Promise<number> {
  const query = filtered(db, filter).select((eb) => eb.fn.countAll<bigint>().as('count'))
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** Held until the transaction ends when it is a `Tx`. */
export async function findProvisionedGroup(db: Db | Tx, filter: GroupFilter): Promise<ProvisionedGroup | null> {
  return (await filtered(db, filter).select(COLUMNS).limit(1).executeTakeFirst()) ?? null
}

export async function lockProvisionedGroup(tx: Tx, orgId: string, id: string): Promise<ProvisionedGroup | null> {
  return (await filtered(tx, { orgId, id }).select(COLUMNS).forUpdate().executeTakeFirst()) ?? null
}

export async function insertProvisionedGroup(tx: Tx, group: ProvisionedGroup): Promise<void> {
  await tx.insertInto('directory.provisionedGroups').values(group).execute()
}

export async function updateProvisionedGroup(tx: Tx, group: ProvisionedGroup): Promise<void> {
  const { id, ...columns } = group
  await tx.updateTable('directory.provisionedGroups').set(columns).where('id', '=', id).execute()
}

export async function deleteProvisionedGroup(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('directory.provisionedGroups').where('id', '=', id).execute()
}

export interface GroupMember {
  readonly groupId: string
  /** Of the provisioned user. */
  readonly memberId: string
  readonly userName: string
}

/** Members of these groups, by when they came. */
export async function listProvisionedMembers(
  db: Db | Tx,
  groupIds: readonly string[],
  limit: number,
): Promise<GroupMember[]> {
  if (groupIds.length === 0) return []
  return db
    .selectFrom('directory.provisionedGroupMembers as m')
    .innerJoin('directory.provisionedUsers as u', 'u.id', 'm.memberId')
    .select(['m.groupId', 'm.memberId', 'u.userName'])
    .where('m.groupId', 'in', [...groupIds])
    .orderBy('m.createdAt')
    .orderBy('m.memberId')
    .limit(limit)
    .execute()
}

export async function countMembersByGroup(db: Db | Tx, orgId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('directory.provisionedGroupMembers as m')
    .innerJoin('directory.provisionedGroups as g', 'g.id', 'm.groupId')
    .select((eb) => ['m.groupId', eb.fn.countAll<bigint>().as('count')])
    .where('g.orgId', '=', orgId)
    .groupBy('m.groupId')
    .execute()
  return new Map(rows.map((row) => [row.groupId, Number(row.count)]))
}

/** Groups each of these provisioned users is in. */
export async function listGroupsOfUsers(
  db: Db | Tx,
  memberIds: readonly string[],
): Promise<{ memberId: string; groupId: string; displayName: string }[]> {
  if (memberIds.length === 0) return []
  return db
    .selectFrom('directory.provisionedGroupMembers as m')
    .innerJoin('directory.provisionedGroups as g', 'g.id', 'm.groupId')
    .select(['m.memberId', 'm.groupId', 'g.displayName'])
    .where('m.memberId', 'in', [...memberIds])
    .orderBy('g.displayName')
    .execute()
}

const AT_ONCE = 1_000

export async function insertProvisionedMembers(
  tx: Tx,
  groupId: string,
  memberIds: readonly string[],
  createdAt: Date,
): Promise<void> {
  for (let at = 0; at < memberIds.length; at += AT_ONCE) {
    const rows = memberIds.slice(at, at + AT_ONCE).map((memberId) => ({ groupId, memberId, createdAt }))
    await tx
      .insertInto('directory.provisionedGroupMembers')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['groupId', 'memberId']).doNothing())
      .execute()
  }
}

export async function deleteProvisionedMembers(tx: Tx, groupId: string, memberIds: readonly string[]): Promise<void> {
  for (let at = 0; at < memberIds.length; at += AT_ONCE) {
    await tx
      .deleteFrom('directory.provisionedGroupMembers')
      .where('groupId', '=', groupId)
      .where('memberId', 'in', memberIds.slice(at, at + AT_ONCE))
      .execute()
  }
}
