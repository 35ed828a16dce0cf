import { type introspectOauthToken, type ResponseOf, refuse } from '@stoa/contracts'
import { findAccountRowById, hashSecret } from '../accounts/index.js'
import { findOauthToken } from './queries/tokens.js'
import type { ShownClient } from './client-auth.js'
import type { OauthDeps } from './deps.js'

/** What a token is worth, told only to the app it was given to; anything else is not active (RFC 7662 §2.2). */
export async function introspect(
  deps: OauthDeps,
  client: ShownClient,
  secret: string,
): Promise<ResponseOf<typeof introspectOauthToken>> {
  if (!client.hasSecret) throw refuse('OauthInvalidClient', 'Only an app with a secret may ask.')
  const token = await findOauthToken(deps.db, hashSecret(secret))
  const isMine = token?.grant?.appId === client.app.id
  if (!token || !isMine || token.usedAt !== null || token.expiresAt <= deps.clock.now()) return { active: false }
  const user = await findAccountRowById(deps.db, token.userId)
  if (user?.state !== 'active') return { active: false }
  return {
    active: true,
    scope: token.scopes.join(' '),
    client_id: client.app.clientId,
    username: user.name,
    token_type: token.kind === 'access' ? 'bearer' : 'refresh_token',
    sub: user.id,
    iss: deps.publicUrl(),
    exp: Math.floor(token.expiresAt.getTime() / 1000),
    iat: Math.floor(token.createdAt.getTime() / 1000),
  }
}
