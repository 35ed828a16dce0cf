import { sql } from 'kysely'
import type { TokenScope } from '../../../kit/http/actor.js'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { TokenUse } from '../token-source.js'

export async function findPasswordHash(db: Db | Tx, userId: string): Promise<string | null> {
  const row = await db.selectFrom('accounts.passwords').select('hash').where('userId', '=', userId).executeTakeFirst()
  return row?.hash ?? null
}

export async function upsertPassword(tx: Tx, userId: string, hash: string, now: Date): Promise<void> {
  await tx
    .insertInto('accounts.passwords')
    .values({ userId, hash, updatedAt: now })
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ hash, updatedAt: now }))
    .execute()
}

export interface SessionRow {
  readonly id: string
  readonly userId: string
  readonly userAgent: string
  readonly addressPrefix: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
  /** The admin who looks through the user's eyes in this session. */
  readonly impersonatorId: string | null
  /** When the person last showed who they are in this session. */
  readonly confirmedAt: Date | null
  /** Two factors were shown, or one as good. */
  readonly isStrong: boolean
}

const SESSION_COLUMNS = [
  'id',
  'userId',
  'userAgent',
  'addressPrefix',
  'createdAt',
  'lastUsedAt',
  'expiresAt',
  'impersonatorId',
  'confirmedAt',
  'isStrong',
] as const

export async function findSession(db: Db | Tx, secretHash: string): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('accounts.sessions')
    .select(SESSION_COLUMNS)
    .where('secretHash', '=', secretHash)
    .executeTakeFirst()
  return row ?? null
}

export async function findSessionById(db: Db | Tx, sessionId: string): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('accounts.sessions')
    .select(SESSION_COLUMNS)
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return row ?? null
}

export async function listSessionRows(db: Db | Tx, userId: string, now: Date): Promise<SessionRow[]> {
  return db
    .selectFrom('accounts.sessions')
    .select(SESSION_COLUMNS)
    .where('userId', '=', userId)
    .where('impersonatorId', 'is', null)
    .where('expiresAt', '>', now)
    .orderBy('lastUsedAt', 'desc')
    .execute()
}

export async function insertSession(
  tx: Tx,
  session: Omit<SessionRow, 'impersonatorId' | 'confirmedAt' | 'isStrong'> & {
    readonly secretHash: string
    readonly confirmedAt?: Date
    readonly isStrong?: boolean
    readonly impersonatorId?: string
    readonly impersonatorSessionId?: string
    readonly impersonationReason?: string
  },
): Promise<void> {
  await tx.insertInto('accounts.sessions').values(session).execute()
}

/** The session an admin came from, when it still stands. */
export async function findOwnSessionOfImpersonator(
  db: Db | Tx,
  sessionId: string,
  now: Date,
): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('accounts.sessions as borrowed')
    .innerJoin('accounts.sessions as own', 'own.id', 'borrowed.impersonatorSessionId')
    .select(SESSION_COLUMNS.map((column) => `own.${column}` as const))
    .whereRef('own.userId', '=', 'borrowed.impersonatorId')
    .where('borrowed.id', '=', sessionId)
    .where('own.expiresAt', '>', now)
    .executeTakeFirst()
  return row ?? null
}

/** Gives a session another cookie; the old one stops. */
export async function changeSessionSecret(tx: Tx, sessionId: string, secretHash: string): Promise<void> {
  await tx.updateTable('accounts.sessions').set({ secretHash }).where('id', '=', sessionId).execute()
}

export async function confirmSessionRow(tx: Tx, sessionId: string, confirmedAt: Date): Promise<void> {
  await tx.updateTable('accounts.sessions').set({ confirmedAt }).where('id', '=', sessionId).execute()
}

/** Whoever got another standing shows who they are before the next dangerous act. */
export async function unconfirmSessionsOf(tx: Tx, userId: string): Promise<void> {
  await tx.updateTable('accounts.sessions').set({ confirmedAt: null }).where('userId', '=', userId).execute()
}

/** Ends one session of a user; false when it is not theirs. */
export async function deleteSession(tx: Tx, userId: string, sessionId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('accounts.sessions')
    .where('userId', '=', userId)
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Ends every session of a user, but for one. */
export async function deleteSessionsOf(tx: Tx, userId: string, exceptSessionId = ''): Promise<void> {
  await tx.deleteFrom('accounts.sessions').where('userId', '=', userId).where('id', '!=', exceptSessionId).execute()
}

/** Ends the sessions used longest ago, so that `keep` stay. */
export async function trimSessions(tx: Tx, userId: string, keep: number): Promise<void> {
  await tx
    .deleteFrom('accounts.sessions')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('accounts.sessions')
        .select('id')
        .where('userId', '=', userId)
        .orderBy('lastUsedAt', 'desc')
        .offset(keep),
    )
    .execute()
}

export interface TokenRow {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly role: 'read' | 'write' | 'fineGrained'
  readonly scopes: readonly TokenScope[]
  readonly hint: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  /** Networks it may be used from; none for everywhere. */
  readonly ipRanges: readonly string[]
  readonly lastUsedAt: Date | null
  readonly lastUsedPrefix: string | null
}

const TOKEN_COLUMNS = [
  'id',
  'userId',
  'name',
  'role',
  'scopes',
  'hint',
  'createdAt',
  'expiresAt',
  'ipRanges',
  'lastUsedAt',
  'lastUsedPrefix',
] as const

type SelectedToken = Omit<TokenRow, 'role' | 'scopes'> & { readonly role: string; readonly scopes: unknown }

function toToken(row: SelectedToken): TokenRow {
  return { ...row, role: row.role as TokenRow['role'], scopes: row.scopes as TokenScope[] }
}

export async function findToken(db: Db | Tx, secretHash: string): Promise<TokenRow | null> {
  const row = await db
    .selectFrom('accounts.accessTokens')
    .select(TOKEN_COLUMNS)
    .where('secretHash', '=', secretHash)
    .executeTakeFirst()
  return row ? toToken(row) : null
}

export async function findTokenById(db: Db | Tx, tokenId: string): Promise<TokenRow | null> {
  const row = await db
    .selectFrom('accounts.accessTokens')
    .select(TOKEN_COLUMNS)
    .where('id', '=', tokenId)
    .executeTakeFirst()
  return row ? toToken(row) : null
}

export async function findTokenByName(
  db: Db | Tx,
  userId: string,
  name: string,
): Promise<(TokenRow & { readonly secretHash: string }) | null> {
  const row = await db
    .selectFrom('accounts.accessTokens')
    .select([...TOKEN_COLUMNS, 'secretHash'])
    .where('userId', '=', userId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', eb.fn('lower', [eb.val(name)])))
    .executeTakeFirst()
  return row ? { ...toToken(row), secretHash: row.secretHash } : null
}

export async function listTokenRows(db: Db | Tx, userId: string): Promise<TokenRow[]> {
  const rows = await db
    .selectFrom('accounts.accessTokens')
    .select(TOKEN_COLUMNS)
    .where('userId', '=', userId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(toToken)
}

export async function insertToken(
  tx: Tx,
  token: Omit<TokenRow, 'lastUsedAt' | 'lastUsedPrefix'> & { readonly secretHash: string },
): Promise<void> {
  await tx
    .insertInto('accounts.accessTokens')
    .values({ ...token, scopes: JSON.stringify(token.scopes), ipRanges: [...token.ipRanges] })
    .execute()
}

export async function updateToken(
  tx: Tx,
  tokenId: string,
  patch: {
    readonly role: TokenRow['role']
    readonly scopes: readonly TokenScope[]
    readonly ipRanges?: readonly string[]
  },
): Promise<void> {
  await tx
    .updateTable('accounts.accessTokens')
    .set({
      role: patch.role,
      scopes: JSON.stringify(patch.scopes),
      ...(patch.ipRanges ? { ipRanges: [...patch.ipRanges] } : {}),
    })
    .where('id', '=', tokenId)
    .execute()
}

/** Gives a token of a user another secret; null when it is not theirs. */
export async function changeTokenSecret(
  tx: Tx,
  userId: string,
  tokenId: string,
  secret: { readonly secretHash: string; readonly hint: string },
): Promise<TokenRow | null> {
  const row = await tx
    .updateTable('accounts.accessTokens')
    .set(secret)
    .where('userId', '=', userId)
    .where('id', '=', tokenId)
    .returning(TOKEN_COLUMNS)
    .executeTakeFirst()
  return row ? toToken(row) : null
}

/** Revokes one token of a user; false when it is not theirs. */
export async function deleteToken(tx: Tx, userId: string, tokenId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('accounts.accessTokens')
    .where('userId', '=', userId)
    .where('id', '=', tokenId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function deleteTokensOf(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('accounts.accessTokens').where('userId', '=', userId).execute()
}

/** Revokes leaked tokens by hash; those that were. */
export async function deleteTokensByHash(tx: Tx, hashes: readonly string[]): Promise<TokenRow[]> {
  if (hashes.length === 0) return []
  const rows = await tx
    .deleteFrom('accounts.accessTokens')
    .where('secretHash', 'in', [...hashes])
    .returning(TOKEN_COLUMNS)
    .execute()
  return rows.map(toToken)
}

/** Writes last uses gathered since the last call. */
export async function touchTokens(tx: Tx, uses: readonly TokenUse[], now: Date): Promise<void> {
  const [ids, prefixes] = [uses.map((use) => use.id), uses.map((use) => use.prefix)]
  await sql`
    update accounts.access_tokens t set last_used_at = ${now}, last_used_prefix = used.prefix
    from unnest(${ids}::text[], ${prefixes}::text[]) as used (id, prefix) where t.id = used.id`.execute(tx)
}

export async function touchSessions(tx: Tx, sessionIds: readonly string[], now: Date): Promise<void> {
  await tx
    .updateTable('accounts.sessions')
    .set({ lastUsedAt: now })
    .where('id', 'in', [...sessionIds])
    .execute()
}

/** When sessions and tokens of users were last used, those borrowed by admins left out. */
export async function listLastSeen(db: Db | Tx, userIds: readonly string[]): Promise<Map<string, Date>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom(
      db
        .selectFrom('accounts.sessions')
        .select(['userId', 'lastUsedAt'])
        .where('impersonatorId', 'is', null)
        .unionAll(
          db
            .selectFrom('accounts.accessTokens')
            .select((eb) => ['userId', eb.ref('lastUsedAt').$notNull().as('lastUsedAt')])
            .where('lastUsedAt', 'is not', null),
        )
        .as('uses'),
    )
    .select((eb) => ['userId', eb.fn.max('lastUsedAt').as('at')])
    .where('userId', 'in', [...userIds])
    .groupBy('userId')
    .execute()
  return new Map(rows.map(({ userId, at }) => [userId, at]))
}
