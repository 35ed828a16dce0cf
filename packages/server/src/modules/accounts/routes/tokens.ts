import {
  createToken,
  deleteToken,
  listTokens,
  refuse,
  revokeCredentials,
  type TokenScopeInput,
  updateTokenNetworks,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { changeTokenNetworks, createAccessToken, revokeLeaked, revokeToken } from '../access-tokens.js'
import { demandConfirmed } from '../confirm-session.js'
import { type HeldBackToken, listHeldBack } from '../held-back-tokens.js'
import { listTokenRows, type TokenRow } from '../queries/credentials.js'
import { requireSession, type RouteDeps } from './route-deps.js'

const DAY_MS = 24 * 3_600_000

/** Access tokens of a person. */
export function bindTokens(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listTokens, async ({ actor }) => {
    requireSession(actor)
    return showTokens(deps, await listTokenRows(deps.db, actor.userId))
  })

  stoa.bind(createToken, async ({ actor, body, reply }) => {
    const sessionId = requireSession(actor)
    const { name, role, scopes, expiresInDays, ipRanges } = body
    // Such a token runs the platform: whoever found a browser open makes none.
    const runsPlatform = actor.isAdmin || (actor.duties?.length ?? 0) > 0
    if (runsPlatform && role !== 'fineGrained') await demandConfirmed(deps, actor)
    const expiresAt = expiresInDays === undefined ? null : new Date(deps.clock.now().getTime() + expiresInDays * DAY_MS)
    const { userId } = actor
    const { token, secret } = await deps.write(async (tx) => {
      const made = await createAccessToken(tx, deps, { userId, name, role, scopes, expiresAt, ipRanges })
      await deps.signOns().noteMade(tx, { kind: 'token', id: made.token.id }, { userId, sessionId })
      return made
    })
    reply.header('cache-control', 'no-store')
    const [shown] = await showTokens(deps, [token])
    if (!shown) throw new Error(`no token ${token.id}`)
    return { token: shown, secret }
  })

  stoa.bind(updateTokenNetworks, async ({ actor, params, body }) => {
    requireSession(actor)
    const change = { userId: actor.userId, tokenId: params.tokenId, ipRanges: body.ipRanges }
    const token = await deps.write((tx) => changeTokenNetworks(tx, deps, change))
    deps.authentication.cache.forgetUser(actor.userId)
    const [shown] = token ? await showTokens(deps, [token]) : []
    if (!shown) throw refuse('NotFound')
    return shown
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

/** With the organisations that let each of them reach nothing. */
async function showTokens(deps: RouteDeps, tokens: readonly TokenRow[]) {
  return Promise.all(tokens.map(async (token) => showToken(token, await listHeldBack(deps, token))))
}

function showToken(token: TokenRow, heldBackBy: readonly HeldBackToken[]) {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    scopes: token.scopes as TokenScopeInput[],
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    ipRanges: [...token.ipRanges],
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    lastUsedPrefix: token.lastUsedPrefix,
    heldBackBy: heldBackBy.map(({ org, why }) => ({ org, why })),
  }
}
