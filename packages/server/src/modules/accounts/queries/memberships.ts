import type { Membership, OrgDuty, Role } from '../../../kit/http/actor.js'
import type { Db, Tx } from '../../../kit/db/database.js'

/** A member as lists show them. */
export interface MemberRow {
  readonly id: string
  readonly name: string
  readonly fullname: string
  readonly avatarUrl: string | null
  readonly role: Role
  readonly duties: readonly OrgDuty[]
}

/** Organisations of a user, by name, with duties. */
export async function listMembershipRows(db: Db | Tx, userId: string): Promise<Membership[]> {
  const rows = await db
    .selectFrom('accounts.memberships as m')
    .innerJoin('accounts.accounts as a', 'a.id', 'm.orgId')
    .select(['a.id as accountId', 'a.name', 'm.role', 'm.duties', 'a.requiresMfa'])
    .where('m.userId', '=', userId)
    .where('a.state', '=', 'active')
    .orderBy('a.name')
    .execute()
  return rows.map((row) => ({ ...row, role: row.role as Role, duties: row.duties as OrgDuty[] }))
}

export async function findRole(db: Db | Tx, orgId: string, userId: string): Promise<Role | null> {
  const row = await db
    .selectFrom('accounts.memberships')
    .select('role')
    .where('orgId', '=', orgId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return (row?.role as Role | undefined) ?? null
}

/** Roles of these accounts in an organisation; without whoever is no member. */
export async function listRoles(db: Db | Tx, orgId: string, userIds: readonly string[]): Promise<Map<string, Role>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('accounts.memberships')
    .select(['userId', 'role'])
    .where('orgId', '=', orgId)
    .where('userId', 'in', [...userIds])
    .execute()
  return new Map(rows.map(({ userId, role }) => [userId, role as Role]))
}

/** Everybody in an organisation. */
export async function listMemberIds(db: Db | Tx, orgId: string): Promise<string[]> {
  const rows = await db.selectFrom('accounts.memberships').select('userId').where('orgId', '=', orgId).execute()
  return rows.map((row) => row.userId)
}

/** Members of an organisation by name, after one name; `search` matches the start of a name. */
export async function listMembers(
  db: Db | Tx,
  orgId: string,
  page: { readonly after?: string | undefined; readonly search?: string | undefined; readonly limit: number },
): Promise<MemberRow[]> {
  let query = db
    .selectFrom('accounts.memberships as m')
    .innerJoin('accounts.accounts as a', 'a.id', 'm.userId')
    .select(['a.id', 'a.name', 'a.fullname', 'a.avatarUrl', 'm.role', 'm.duties'])
    .where('m.orgId', '=', orgId)
    .where('a.kind', '=', 'user')
    .where('a.state', '=', 'active')
    .orderBy((eb) => eb.fn('lower', ['a.name']))
    .limit(page.limit)
  if (page.after !== undefined) {
    const after = page.after.toLowerCase()
    query = query.where((eb) => eb(eb.fn('lower', ['a.name']), '>', after))
  }
  if (page.search !== undefined) {
    const search = page.search.toLowerCase()
    query = query.where((eb) =>
      eb(eb.fn<boolean>('starts_with', [eb.fn('lower', ['a.name']), eb.val(search)]), '=', true),
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({ ...row, role: row.role as Role, duties: row.duties as OrgDuty[] }))
}

/** Names of people in an organisation who have no second factor. */
export async function listMembersWithoutMfa(db: Db | Tx, orgId: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts.memberships as m')
    .innerJoin('accounts.accounts as a', 'a.id', 'm.userId')
    .innerJoin('accounts.users as u', 'u.accountId', 'm.userId')
    .select('a.name')
    .where('m.orgId', '=', orgId)
    .where('a.kind', '=', 'user')
    .where('a.state', '=', 'active')
    .where('u.mfaSince', 'is', null)
    .orderBy((eb) => eb.fn('lower', ['a.name']))
    .limit(limit)
    .execute()
  return rows.map((row) => row.name)
}

export async function countMembers(db: Db | Tx, orgId: string, role?: Role): Promise<number> {
  let query = db
    .selectFrom('accounts.memberships')
    .innerJoin('accounts.accounts as a', 'a.id', 'userId')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('orgId', '=', orgId)
    .where('a.kind', '=', 'user')
  if (role) query = query.where('role', '=', role)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

export async function upsertMembership(
  tx: Tx,
  member: { readonly orgId: string; readonly userId: string; readonly role: Role; readonly now: Date },
): Promise<void> {
  const { orgId, userId, role, now } = member
  await tx
    .insertInto('accounts.memberships')
    .values({ orgId, userId, role, createdAt: now })
    .onConflict((conflict) => conflict.columns(['orgId', 'userId']).doUpdateSet({ role }))
    .execute()
}

export async function deleteMembership(tx: Tx, orgId: string, userId: string): Promise<void> {
  await tx.deleteFrom('accounts.memberships').where('orgId', '=', orgId).where('userId', '=', userId).execute()
}

/** Ends every membership of a user, or of an organisation; those that were. */
export async function deleteMembershipsOf(
  tx: Tx,
  accountId: string,
): Promise<{ orgId: string; userId: string; role: string }[]> {
  return tx
    .deleteFrom('accounts.memberships')
    .where((eb) => eb.or([eb('orgId', '=', accountId), eb('userId', '=', accountId)]))
    .returning(['orgId', 'userId', 'role'])
    .execute()
}

/** Duties of a member, sorted. */
export async function findDuties(db: Db | Tx, orgId: string, userId: string): Promise<OrgDuty[]> {
  const row = await db
    .selectFrom('accounts.memberships')
    .select('duties')
    .where('orgId', '=', orgId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return ((row?.duties ?? []) as OrgDuty[]).sort()
}

export async function updateDuties(
  tx: Tx,
  orgId: string,
  userId: string,
  duties: readonly OrgDuty[],
): Promise<boolean> {
  const result = await tx
    .updateTable('accounts.memberships')
    .set({ duties: [...duties] })
    .where('orgId', '=', orgId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Organisations whose only admin is this user. */
export async function listSoleAdminOrgs(db: Db | Tx, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts.memberships as m')
    .innerJoin('accounts.accounts as a', 'a.id', 'm.orgId')
    .select('a.name')
    .where('m.userId', '=', userId)
    .where('m.role', '=', 'admin')
    .where('a.state', '=', 'active')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('accounts.memberships as other')
            .select('other.userId')
            .whereRef('other.orgId', '=', 'm.orgId')
            .where('other.role', '=', 'admin')
            .where('other.userId', '!=', userId),
        ),
      ),
    )
    .execute()
  return rows.map((row) => row.name)
}

/** Admins of an organisation with a verified address, the oldest members first. */
export async function listFirstAdmins(db: Db, orgId: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts.memberships as m')
    .innerJoin('accounts.users as u', 'u.accountId', 'm.userId')
    .select('m.userId')
    .where('m.orgId', '=', orgId)
    .where('m.role', '=', 'admin')
    .where('u.emailVerifiedAt', 'is not', null)
    .orderBy('m.createdAt')
    .orderBy('m.userId')
    .limit(limit)
    .execute()
  return rows.map((row) => row.userId)
}
