import type { Db, Tx } from '../../../kit/db/database.js'
import type { Resource } from '../scim/resource.js'

/** What somebody was in an organisation before their membership was suspended. */
export interface HeldMembership {
  readonly role: string
  readonly groups: readonly { readonly groupId: string; readonly role: string }[]
}

/** Somebody an identity provider told an organisation of. */
export interface ProvisionedUser {
  readonly id: string
  readonly orgId: string
  readonly userId: string
  readonly isManaged: boolean
  readonly userName: string
  readonly externalId: string | null
  readonly email: string | null
  readonly active: boolean
  /** As sent, by the names of RFC 7643, without what stands in the other columns. */
  readonly attributes: Resource
  readonly held: HeldMembership | null
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

const COLUMNS = [
  'id',
  'orgId',
  'userId',
  'isManaged',
  'userName',
  'externalId',
  'email',
  'active',
  'attributes',
  'held',
  'version',
  'createdAt',
  'updatedAt',
] as const

/** What of an organisation's people is asked for; texts are compared in any case, but for `externalId`. */
export interface UserFilter {
  readonly orgId: string
  readonly managedOnly: boolean
  readonly id?: string | undefined
  readonly userName?: string | undefined
  readonly externalId?: string | undefined
  readonly email?: string | undefined
}

function filtered(db: Db | Tx, filter: UserFilter) {
  const { orgId, managedOnly, id, userName, externalId, email } = filter
  let query = db.selectFrom('directory.provisionedUsers').where('orgId', '=', orgId)
  if (managedOnly) query = query.where('isManaged', '=', true)
  if (id !== undefined) query = query.where('id', '=', id)
  if (externalId !== undefined) query = query.where('externalId', '=', externalId)
  if (userName !== undefined) query = query.where((eb) => eb(eb.fn('lower', ['userName']), '=', userName.toLowerCase()))
  if (email !== undefined) query = query.where((eb) => eb(eb.fn('lower', ['email']), '=', email.toLowerCase()))
  return query
}

const toUser = (row: { attributes: unknown; held: unknown }): ProvisionedUser => row as unknown as ProvisionedUser

/** In the order in which they came. */
export async function listProvisionedUsers(
  db: Db | Tx,
  filter: UserFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<ProvisionedUser[]> {
  const rows = await filtered(db, filter)
    .select(COLUMNS)
    .orderBy('createdAt')
    .orderBy('id')
    .offset(page.offset)
    .limit(page.limit)
    .execute()
  return rows.map(toUser)
}

export async function countProvisionedUsers(db: Db | Tx, filter: UserFilter, active?: boolean): Promise<number> {
  let query = filtered(db, filter).select((eb) => eb.fn.countAll<bigint>().as('count'))
  if (active !== undefined) query = query.where('active', '=', active)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

export async function findProvisionedUser(db: Db | Tx, filter: UserFilter): Promise<ProvisionedUser | null> {
  return (await listProvisionedUsers(db, filter, { offset: 0, limit: 1 }))[0] ?? null
}

/** The same, held until the transaction ends. */
export async function lockProvisionedUser(tx: Tx, filter: UserFilter): Promise<ProvisionedUser | null> {
  const row = await filtered(tx, filter).select(COLUMNS).limit(1).forUpdate().executeTakeFirst()
  return row ? toUser(row) : null
}

export async function findProvisionedAccount(
  db: Db | Tx,
  orgId: string,
  userId: string,
): Promise<ProvisionedUser | null> {
  const row = await filtered(db, { orgId, managedOnly: false })
    .select(COLUMNS)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row ? toUser(row) : null
}

/** Those of these ids that the organisation has. */
export async function listProvisionedIds(db: Db | Tx, filter: UserFilter, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await filtered(db, filter)
    .select('id')
    .where('id', 'in', [...ids])
    .execute()
  return rows.map((row) => row.id)
}

export async function insertProvisionedUser(tx: Tx, user: ProvisionedUser): Promise<void> {
  await tx.insertInto('directory.provisionedUsers').values(toColumns(user)).execute()
}

export async function updateProvisionedUser(tx: Tx, user: ProvisionedUser): Promise<void> {
  const { id, ...columns } = toColumns(user)
  await tx.updateTable('directory.provisionedUsers').set(columns).where('id', '=', id).execute()
}

function toColumns(user: ProvisionedUser) {
  const { attributes, held, ...columns } = user
  return { ...columns, attributes: JSON.stringify(attributes), held: held === null ? null : JSON.stringify(held) }
}

export async function deleteProvisionedUser(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('directory.provisionedUsers').where('id', '=', id).execute()
}

/** By what organisations know a person: names, identifiers and addresses. */
export async function listToldNames(db: Db | Tx, userId: string): Promise<(string | null)[]> {
  const rows = await db
    .selectFrom('directory.provisionedUsers')
    .select(['id', 'userName', 'externalId', 'email'])
    .where('userId', '=', userId)
    .execute()
  return rows.flatMap((row) => [row.id, row.userName, row.externalId, row.email])
}
