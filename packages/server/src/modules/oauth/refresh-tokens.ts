import { refuse, type TokenAnswer } from '@stoa/contracts'
import { hashSecret } from '../accounts/index.js'
import {
  deleteFamily,
  deleteOauthToken,
  findOauthToken,
  type FoundOauthToken,
  useRefreshToken,
} from './queries/tokens.js'
import { admitClient, type SentClient, type ShownClient } from './client-auth.js'
import type { OauthDeps } from './deps.js'
import { demandActive } from './exchange-code.js'
import { describeTokens, storeTokens, type TokenOrder } from './issue-tokens.js'
import { recordGrant } from './record.js'
import { knownScopes, readScopes } from './scopes.js'

/** `grant_type=refresh_token`. Each works once; a second use ends the whole sign-in, because one of the two was a thief. */
export async function refreshTokens(
  deps: OauthDeps,
  sent: SentClient,
  body: { readonly refresh_token?: string | undefined; readonly scope?: string | undefined },
): Promise<TokenAnswer> {
  if (body.refresh_token === undefined) throw refuse('OauthInvalidRequest', 'refresh_token is missing.')
  const client = await admitClient(deps.db, sent)
  const token = await findOauthToken(deps.db, hashSecret(body.refresh_token))
  const grant = token?.grant
  if (!token || token.kind !== 'refresh' || grant?.appId !== client.app.id) throw refuse('OauthInvalidGrant')
  if (token.usedAt !== null) return endReused(deps, token)
  if (token.expiresAt <= deps.clock.now()) throw refuse('OauthInvalidGrant', 'This refresh token has expired.')
  const held = knownScopes(token.scopes)
  const order: TokenOrder = {
    app: client.app,
    grantId: token.grantId ?? '',
    userId: token.userId,
    familyId: token.familyId,
    scopes: body.scope === undefined ? held : readScopes(body.scope, held),
    refreshScopes: held,
    authAt: token.authAt,
    nonce: null,
  }
  await demandActive(deps, token.userId)
  const issued = await deps.write(async (tx) =>
    (await useRefreshToken(tx, token.id, deps.clock.now())) ? storeTokens(tx, deps, order) : null,
  )
  return issued ? describeTokens(deps, order, issued) : endReused(deps, token)
}

async function endReused(deps: OauthDeps, token: FoundOauthToken): Promise<never> {
  await deps.write(async (tx) => {
    await deleteFamily(tx, token.familyId)
    const grant = { id: token.grantId ?? '', userId: token.userId, appId: token.grant?.appId ?? '' }
    await recordGrant(tx, deps, grant, { action: 'auth.app.token_reused', outcome: 'denied' })
  })
  deps.accounts.forgetUser(token.userId)
  deps.log.warn('a refresh token was used twice; the sign-in has ended', {
    userId: token.userId,
    clientId: token.grant?.clientId,
  })
  throw refuse('OauthInvalidGrant', 'This refresh token was used before. Sign in again.')
}

/** Ends a token of this app; a refresh token with its whole sign-in. Unknown ones are no error (RFC 7009 §2.2). */
export async function revokeToken(deps: OauthDeps, client: ShownClient, secret: string): Promise<void> {
  const token = await findOauthToken(deps.db, hashSecret(secret))
  if (!token || token.grant?.appId !== client.app.id) return
  await deps.write((tx) =>
    token.kind === 'refresh' ? deleteFamily(tx, token.familyId) : deleteOauthToken(tx, token.id),
  )
  deps.accounts.forgetUser(token.userId)
}
