import { sql } from 'kysely'
import type { Role } from '../../../kit/http/actor.js'
import type { Db, Tx } from '../../../kit/db/database.js'

/** What an identity provider shows to be let in. */
export interface CredentialRow {
  readonly id: string
  readonly orgId: string
  readonly name: string
  readonly hint: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

const CREDENTIAL = ['id', 'orgId', 'name', 'hint', 'createdAt', 'expiresAt', 'lastUsedAt'] as const

export async function findCredential(db: Db | Tx, secretHash: string): Promise<CredentialRow | null> {
  const row = await db
    .selectFrom('directory.provisioningCredentials')
    .select(CREDENTIAL)
    .where('secretHash', '=', secretHash)
    .executeTakeFirst()
  return row ?? null
}

export async function listCredentials(db: Db | Tx, orgId: string): Promise<CredentialRow[]> {
  return db
    .selectFrom('directory.provisioningCredentials')
    .select(CREDENTIAL)
    .where('orgId', '=', orgId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

export async function insertCredential(
  tx: Tx,
  credential: CredentialRow & { readonly secretHash: string; readonly createdBy: string | null },
): Promise<void> {
  await tx.insertInto('directory.provisioningCredentials').values(credential).execute()
}

export async function endCredential(tx: Tx, id: string, expiresAt: Date): Promise<void> {
  await tx.updateTable('directory.provisioningCredentials').set({ expiresAt }).where('id', '=', id).execute()
}

export async function deleteCredential(tx: Tx, orgId: string, id: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('directory.provisioningCredentials')
    .where('orgId', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

export async function touchCredential(tx: Tx, id: string, lastUsedAt: Date): Promise<void> {
  await tx.updateTable('directory.provisioningCredentials').set({ lastUsedAt }).where('id', '=', id).execute()
}

export async function findDefaultRole(db: Db | Tx, orgId: string): Promise<Role | null> {
  const row = await db
    .selectFrom('directory.provisioningSettings')
    .select('defaultRole')
    .where('orgId', '=', orgId)
    .executeTakeFirst()
  return (row?.defaultRole as Role | undefined) ?? null
}

export async function upsertDefaultRole(tx: Tx, orgId: string, defaultRole: Role, updatedAt: Date): Promise<void> {
  await tx
    .insertInto('directory.provisioningSettings')
    .values({ orgId, defaultRole, updatedAt })
    .onConflict((conflict) => conflict.column('orgId').doUpdateSet({ defaultRole, updatedAt }))
    .execute()
}

/** Organisations that said anything about provisioning. */
export async function listProvisionedOrgs(db: Db): Promise<string[]> {
  const { rows } = await sql<{ orgId: string }>`
    select org_id from directory.provisioning_credentials
    union select org_id from directory.provisioning_settings
    union select org_id from directory.group_mappings
    order by org_id`.execute(db)
  return rows.map((row) => row.orgId)
}

export interface MappingRow {
  readonly id: string
  readonly orgId: string
  readonly groupName: string
  readonly resourceGroupId: string | null
  readonly role: Role
}

export async function listMappings(db: Db | Tx, orgId: string): Promise<MappingRow[]> {
  const rows = await db
    .selectFrom('directory.groupMappings')
    .select(['id', 'orgId', 'groupName', 'resourceGroupId', 'role'])
    .where('orgId', '=', orgId)
    .orderBy((eb) => eb.fn('lower', ['groupName']))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, role: row.role as Role }))
}

export async function replaceMappings(tx: Tx, orgId: string, mappings: readonly MappingRow[]): Promise<void> {
  await tx.deleteFrom('directory.groupMappings').where('orgId', '=', orgId).execute()
  if (mappings.length === 0) return
  await tx
    .insertInto('directory.groupMappings')
    .values([...mappings])
    .execute()
}

export interface ActivityRow {
  readonly id: string
  readonly orgId: string
  readonly userId: string | null
  readonly at: Date
  readonly method: string
  readonly subject: string
  readonly status: number
  readonly detail: string
}

export async function insertActivity(tx: Tx, activity: ActivityRow): Promise<void> {
  await tx.insertInto('directory.provisioningActivity').values(activity).execute()
}

export async function listActivity(db: Db | Tx, orgId: string, limit: number): Promise<ActivityRow[]> {
  return db
    .selectFrom('directory.provisioningActivity')
    .select(['id', 'orgId', 'userId', 'at', 'method', 'subject', 'status', 'detail'])
    .where('orgId', '=', orgId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** Removes lines that name nobody's account and hold one of these texts, in any case. */
export async function deleteActivityHolding(tx: Tx, texts: readonly string[]): Promise<void> {
  if (texts.length === 0) return
  await sql`
    delete from directory.provisioning_activity a using unnest(${[...texts]}::text[]) as said(held)
    where a.user_id is null
      and (position(lower(said.held) in lower(a.subject)) > 0 or position(lower(said.held) in lower(a.detail)) > 0)
  `.execute(tx)
}

/** Removes what is too old, and of each organisation all but the newest. */
export async function trimActivity(tx: Tx, before: Date, keep: number): Promise<void> {
  await tx.deleteFrom('directory.provisioningActivity').where('at', '<', before).execute()
  await sql`
    delete from directory.provisioning_activity a using (
      select id, row_number() over (partition by org_id order by at desc, id desc) as place
      from directory.provisioning_activity
    ) ranked
    where ranked.id = a.id and ranked.place > ${keep}`.execute(tx)
}
