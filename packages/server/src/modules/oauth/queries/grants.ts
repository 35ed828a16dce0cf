import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

/** What a person let an app do. */
export interface OauthGrantRow {
  readonly id: string
  readonly appId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly allOrgs: boolean
  readonly orgIds: readonly string[]
  readonly createdAt: Date
}

const GRANT_COLUMNS = ['id', 'appId', 'userId', 'scopes', 'allOrgs', 'orgIds', 'createdAt'] as const

export async function findGrant(db: Db | Tx, appId: string, userId: string): Promise<OauthGrantRow | null> {
  const row = await db
    .selectFrom('oauth.grants')
    .select(GRANT_COLUMNS)
    .where('appId', '=', appId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row ?? null
}

export async function findGrantById(db: Db | Tx, id: string): Promise<OauthGrantRow | null> {
  const row = await db.selectFrom('oauth.grants').select(GRANT_COLUMNS).where('id', '=', id).executeTakeFirst()
  return row ?? null
}

export async function upsertGrant(tx: Tx, grant: OauthGrantRow): Promise<string> {
  const { id: _, createdAt, ...rest } = grant
  const values = { ...rest, scopes: [...rest.scopes], orgIds: [...rest.orgIds], updatedAt: createdAt }
  const { appId: __, userId: ___, ...changeable } = values
  const row = await tx
    .insertInto('oauth.grants')
    .values({ ...values, id: grant.id, createdAt })
    .onConflict((conflict) => conflict.columns(['appId', 'userId']).doUpdateSet(changeable))
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export interface ShownGrantRow extends OauthGrantRow {
  readonly clientId: string
  readonly appName: string
  readonly homepage: string | null
  readonly origin: string
  readonly signIns: number
  readonly lastUsedAt: Date | null
}

/** What a person let which apps do, newest first, with the sign-ins that still hold. */
export async function listGrants(db: Db | Tx, userId: string, now: Date): Promise<ShownGrantRow[]> {
  const rows = await db
    .selectFrom('oauth.grants as g')
    .innerJoin('oauth.apps as app', 'app.id', 'g.appId')
    .leftJoin('oauth.tokens as token', 'token.grantId', 'g.id')
    .select(['g.id', 'g.appId', 'g.userId', 'g.scopes', 'g.allOrgs', 'g.orgIds', 'g.createdAt'])
    .select(['app.clientId', 'app.name as appName', 'app.homepage', 'app.origin'])
    .select((eb) => [
      eb.fn.max('token.lastUsedAt').as('lastUsedAt'),
      sql<bigint>`count(distinct token.family_id) filter (where token.expires_at > ${now} and token.used_at is null)`.as(
        'signIns',
      ),
    ])
    .where('g.userId', '=', userId)
    .groupBy(['g.id', 'app.id'])
    .orderBy('g.createdAt', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, signIns: Number(row.signIns) }))
}

interface InOrg {
  readonly userIds: readonly string[]
  readonly after?: string
  readonly id?: string
  readonly limit: number
  /** At least one of these was given. */
  readonly scopes: readonly string[]
  readonly now: Date
}

export interface GrantInOrgRow {
  readonly id: string
  readonly userId: string
  readonly appName: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly bornAt: Date
  readonly lastUsedAt: Date | null
  readonly lastUsedPrefix: string | null
}

/** What these people let apps do in an organisation, while a sign-in holds, by id. */
export async function listGrantsInOrg(db: Db | Tx, orgId: string, asked: InOrg): Promise<GrantInOrgRow[]> {
  const { userIds, after = '', id, limit, scopes, now } = asked
  const { rows } = await sql<GrantInOrgRow>`
    select g.id, g.user_id, coalesce(nullif(app.name, ''), app.client_id) as app_name, g.scopes, g.created_at,
      held.born_at, held.last_used_at, held.last_used_prefix
    from oauth.grants g
    join oauth.apps app on app.id = g.app_id
    join lateral (
      select max(t.auth_at) as born_at, max(t.last_used_at) as last_used_at,
        (array_agg(t.last_used_prefix order by t.last_used_at desc nulls last))[1] as last_used_prefix
      from oauth.tokens t where t.grant_id = g.id and t.expires_at > ${now} and t.used_at is null having count(*) > 0
    ) held on true
    where g.user_id = any(${[...userIds]}::text[]) and (g.all_orgs or ${orgId} = any(g.org_ids))
      and g.scopes && ${[...scopes]}::text[] and g.id > ${after} ${id === undefined ? sql`` : sql`and g.id = ${id}`}
    order by g.id limit ${limit}`.execute(db)
  return rows
}

/** Puts an app out; false when the grant is not this person's. Codes, waiting devices and tokens go with it. */
export async function deleteGrant(tx: Tx, userId: string, grantId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('oauth.grants')
    .where('userId', '=', userId)
    .where('id', '=', grantId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export interface OauthCodeRow {
  readonly id: string
  readonly grantId: string
  readonly familyId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly codeChallenge: string | null
  readonly authAt: Date
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertCode(tx: Tx, code: OauthCodeRow & { readonly secretHash: string }): Promise<void> {
  await tx
    .insertInto('oauth.codes')
    .values({ ...code, scopes: [...code.scopes] })
    .execute()
}

export async function findCode(
  db: Db | Tx,
  secretHash: string,
): Promise<(OauthCodeRow & { readonly usedAt: Date | null }) | null> {
  const row = await db.selectFrom('oauth.codes').selectAll().where('secretHash', '=', secretHash).executeTakeFirst()
  return row ?? null
}

/** Uses a code up; false when somebody did before. */
export async function useCode(tx: Tx, codeId: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('oauth.codes')
    .set({ usedAt: now })
    .where('id', '=', codeId)
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Everything that ended before a moment; codes a day later, so that a replay is still seen. */
export async function deleteExpired(tx: Tx, now: Date, replayedBefore: Date): Promise<void> {
  await tx.deleteFrom('oauth.codes').where('expiresAt', '<', replayedBefore).execute()
  await tx.deleteFrom('oauth.deviceRequests').where('expiresAt', '<', replayedBefore).execute()
  await tx.deleteFrom('oauth.tokens').where('expiresAt', '<', now).execute()
}

/** Ends every app and publisher of a removed person. */
export async function deleteOauthOf(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('oauth.apps').where('ownerId', '=', userId).execute()
  await tx.deleteFrom('oauth.grants').where('userId', '=', userId).execute()
  await tx
    .deleteFrom('oauth.trustedPublishers')
    .where((eb) => eb.or([eb('userId', '=', userId), eb('accountId', '=', userId)]))
    .execute()
}
