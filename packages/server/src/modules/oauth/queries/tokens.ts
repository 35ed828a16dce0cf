import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { TokenUse } from '../../accounts/index.js'

export interface OauthTokenRow {
  readonly id: string
  readonly kind: 'access' | 'refresh'
  readonly grantId: string | null
  readonly publisherId: string | null
  readonly userId: string
  readonly familyId: string
  readonly scopes: readonly string[]
  readonly authAt: Date
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface FoundOauthToken extends OauthTokenRow {
  readonly usedAt: Date | null
  readonly lastUsedAt: Date | null
  /** Of an app's token: the app, and the organisations it may work for. */
  readonly grant: {
    readonly appId: string
    readonly clientId: string
    readonly allOrgs: boolean
    readonly orgIds: readonly string[]
  } | null
  /** Of a build job's token: the one repository. */
  readonly target: { readonly type: string; readonly name: string } | null
}

function selectTokens(db: Db | Tx) {
  return db
    .selectFrom('oauth.tokens as token')
    .leftJoin('oauth.grants as g', 'g.id', 'token.grantId')
    .leftJoin('oauth.apps as app', 'app.id', 'g.appId')
    .leftJoin('oauth.trustedPublishers as publisher', 'publisher.id', 'token.publisherId')
    .select([
      'token.id',
      'token.kind',
      'token.grantId',
      'token.publisherId',
      'token.userId',
      'token.familyId',
      'token.scopes',
      'token.authAt',
      'token.createdAt',
      'token.expiresAt',
      'token.usedAt',
      'token.lastUsedAt',
      'g.appId',
      'g.allOrgs',
      'g.orgIds',
      'app.clientId',
      'publisher.targetType',
      'publisher.targetName',
    ])
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectTokens>['execute']>>[number]

function toToken(row: Selected): FoundOauthToken {
  const { appId, clientId, allOrgs, orgIds, targetType, targetName, ...rest } = row
  const hasGrant = appId !== null && clientId !== null
  return {
    ...rest,
    kind: row.kind as FoundOauthToken['kind'],
    grant: hasGrant ? { appId, clientId, allOrgs: allOrgs ?? false, orgIds: orgIds ?? [] } : null,
    target: targetType !== null && targetName !== null ? { type: targetType, name: targetName } : null,
  }
}

export async function findOauthToken(db: Db | Tx, secretHash: string): Promise<FoundOauthToken | null> {
  const row = await selectTokens(db).where('token.secretHash', '=', secretHash).executeTakeFirst()
  return row ? toToken(row) : null
}

export async function findOauthTokenById(db: Db | Tx, id: string): Promise<FoundOauthToken | null> {
  const row = await selectTokens(db).where('token.id', '=', id).executeTakeFirst()
  return row ? toToken(row) : null
}

export async function insertOauthToken(tx: Tx, token: OauthTokenRow & { readonly secretHash: string }): Promise<void> {
  await tx
    .insertInto('oauth.tokens')
    .values({ ...token, scopes: [...token.scopes] })
    .execute()
}

/** Uses a refresh token up; false when somebody did before. */
export async function useRefreshToken(tx: Tx, tokenId: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('oauth.tokens')
    .set({ usedAt: now })
    .where('id', '=', tokenId)
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Ends a sign-in: all its tokens. */
export async function deleteFamily(tx: Tx, familyId: string): Promise<void> {
  await tx.deleteFrom('oauth.tokens').where('familyId', '=', familyId).execute()
}

export async function deleteOauthToken(tx: Tx, tokenId: string): Promise<void> {
  await tx.deleteFrom('oauth.tokens').where('id', '=', tokenId).execute()
}

/** Ends the oldest sign-ins of an app, so that `keep` stay. */
export async function trimFamilies(tx: Tx, grantId: string, keep: number): Promise<void> {
  const old = tx
    .selectFrom('oauth.tokens')
    .select('familyId')
    .where('grantId', '=', grantId)
    .groupBy('familyId')
    .orderBy((eb) => eb.fn.max('createdAt'), 'desc')
    .offset(keep)
  await tx.deleteFrom('oauth.tokens').where('grantId', '=', grantId).where('familyId', 'in', old).execute()
}

/** Ends leaked tokens by hash, a refresh token with its sign-in; the users they belonged to. */
export async function deleteOauthTokensByHash(tx: Tx, hashes: readonly string[]): Promise<string[]> {
  if (hashes.length === 0) return []
  const families = tx
    .selectFrom('oauth.tokens')
    .select('familyId')
    .where('secretHash', 'in', [...hashes])
  const rows = await tx.deleteFrom('oauth.tokens').where('familyId', 'in', families).returning('userId').execute()
  return [...new Set(rows.map((row) => row.userId))]
}

export async function touchOauthTokens(tx: Tx, uses: readonly TokenUse[], now: Date): Promise<void> {
  const [ids, prefixes] = [uses.map((use) => use.id), uses.map((use) => use.prefix)]
  await sql`
    update oauth.tokens t set last_used_at = ${now}, last_used_prefix = used.prefix
    from unnest(${ids}::text[], ${prefixes}::text[]) as used (id, prefix) where t.id = used.id`.execute(tx)
}

export async function deleteOauthTokensOf(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('oauth.tokens').where('userId', '=', userId).execute()
}
