import { createToken, deleteToken, listTokens, refuse, revokeCredentials, type TokenScopeInput } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { createAccessToken, revokeLeaked, revokeToken } from '../access-tokens.js'
import { demandConfirmed } from '../confirm-session.js'
import { listTokenRows, type TokenRow } from '../queries/credentials.js'
import { requireSession, type RouteDeps } from './route-deps.js'

const DAY_MS = 24 * 3_600_000

/** Access tokens of a person. */
export function bindTokens(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listTokens, async ({ actor }) => {
    requireSession(actor)
    return (await listTokenRows(deps.db, actor.userId)).map(showToken)
  })

  stoa.bind(createToken, async ({ actor, body, reply }) => {
    const sessionId = requireSession(actor)
    const { name, role, scopes, expiresInDays } = body
    // Such a token runs the platform: whoever found a browser open makes none.
    const runsPlatform = actor.isAdmin || (actor.duties?.length ?? 0) > 0
    if (runsPlatform && role !== 'fineGrained') await demandConfirmed(deps, actor)
    const expiresAt = expiresInDays === undefined ? null : new Date(deps.clock.now().getTime() + expiresInDays * DAY_MS)
    const { userId } = actor
    const { token, secret } = await deps.write(async (tx) => {
      const made = await createAccessToken(tx, deps, { userId, name, role, scopes, expiresAt })
      await deps.signOns().noteMade(tx, { kind: 'token', id: made.token.id }, { userId, sessionId })
      return made
    })
    reply.header('cache-control', 'no-store')
    return { token: showToken(token), secret }
  })

  stoa.bind(deleteToken, async ({ actor, params }) => {
    requireSession(actor)
    const wasMine = await deps.write((tx) => revokeToken(tx, deps, actor.userId, params.tokenId))
    if (!wasMine) throw refuse('NotFound')
    deps.authentication.cache.forgetUser(actor.userId)
  })

  http.scope('hub').bind(revokeCredentials, async ({ body, reply }) => {
    const userIds = await deps.write((tx) => revokeLeaked(tx, deps, body.credentials))
    for (const userId of userIds) deps.authentication.cache.forgetUser(userId)
    // The same answer whatever was true: nobody learns which secrets exist.
    return reply.code(202).send()
  })
}

function showToken(token: TokenRow) {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    scopes: token.scopes as TokenScopeInput[],
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  }
}
