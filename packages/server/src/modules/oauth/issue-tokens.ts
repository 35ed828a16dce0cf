import { createHash } from 'node:crypto'
import type { OauthScope, TokenAnswer } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { type AccountRow, findAccountRowById, hashSecret, makeTokenSecret } from '../accounts/index.js'
import type { OauthAppRow } from './queries/apps.js'
import { insertOauthToken, trimFamilies } from './queries/tokens.js'
import type { OauthDeps } from './deps.js'
import { signJwt } from './jwt.js'
import type { SigningKey } from './signing-keys.js'
import { describeUser } from './userinfo.js'

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
const ID_TOKEN_S = HOUR_S
/** Sign-ins of one app by one person that hold at the same time: machines, browsers. */
const MAX_FAMILIES = 100

/** What the next tokens are for. */
export interface TokenOrder {
  readonly app: OauthAppRow
  readonly grantId: string
  readonly userId: string
  readonly familyId: string
  readonly scopes: readonly OauthScope[]
  /** What later refreshes may ask for, when that is more. */
  readonly refreshScopes?: readonly OauthScope[]
  readonly authAt: Date
  readonly nonce: string | null
}

/** Tokens that were stored; `describeTokens` makes the answer after the commit. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInS: number
}

/** The command line refreshes when less than a day is left, so its tokens live for days; others as long as the Hub's. */
function lifetimes(app: OauthAppRow): { readonly accessS: number; readonly refreshS: number } {
  if (app.origin === 'built_in') return { accessS: 7 * DAY_S, refreshS: 90 * DAY_S }
  return { accessS: 8 * HOUR_S, refreshS: 30 * DAY_S }
}

/** Stores an access and a refresh token. */
export async function storeTokens(tx: Tx, deps: OauthDeps, order: TokenOrder): Promise<IssuedTokens> {
  const { grantId, userId, familyId, scopes, authAt } = order
  const { accessS, refreshS } = lifetimes(order.app)
  const createdAt = deps.clock.now()
  const store = async (kind: 'access' | 'refresh', seconds: number): Promise<string> => {
    const secret = makeTokenSecret(undefined, kind === 'access' ? 'app' : 'refresh')
    await insertOauthToken(tx, {
      id: deps.ids.next(),
      kind,
      grantId,
      publisherId: null,
      userId,
      familyId,
      secretHash: hashSecret(secret),
      scopes: kind === 'access' ? scopes : (order.refreshScopes ?? scopes),
      authAt,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + seconds * 1000),
    })
    return secret
  }
  const accessToken = await store('access', accessS)
  const refreshToken = await store('refresh', refreshS)
  await trimFamilies(tx, grantId, MAX_FAMILIES)
  return { accessToken, refreshToken, expiresInS: accessS }
}

/** The answer of the token endpoint, with an identity token when `openid` was asked for. */
export async function describeTokens(deps: OauthDeps, order: TokenOrder, issued: IssuedTokens): Promise<TokenAnswer> {
  const idToken = order.scopes.includes('openid') ? await makeIdToken(deps, order, issued.accessToken) : null
  return {
    access_token: issued.accessToken,
    token_type: 'bearer',
    expires_in: issued.expiresInS,
    scope: order.scopes.join(' '),
    refresh_token: issued.refreshToken,
    ...(idToken === null ? {} : { id_token: idToken }),
  }
}

async function makeIdToken(deps: OauthDeps, order: TokenOrder, accessToken: string): Promise<string> {
  const user = await findAccountRowById(deps.db, order.userId)
  if (!user) throw new Error(`no user ${order.userId}`)
  return signIdToken(deps, { order, user, accessToken, key: await deps.keys.active() })
}

interface IdTokenParts {
  readonly order: TokenOrder
  readonly user: AccountRow
  readonly accessToken: string
  readonly key: SigningKey
}

function signIdToken(deps: OauthDeps, { order, user, accessToken, key }: IdTokenParts): string {
  const nowS = Math.floor(deps.clock.now().getTime() / 1000)
  const claims = {
    ...describeUser(user, order.scopes, deps.publicUrl()),
    iss: deps.publicUrl(),
    aud: order.app.clientId,
    iat: nowS,
    exp: nowS + ID_TOKEN_S,
    auth_time: Math.floor(order.authAt.getTime() / 1000),
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    ...(order.nonce === null ? {} : { nonce: order.nonce }),
  }
  return signJwt(claims, key)
}
