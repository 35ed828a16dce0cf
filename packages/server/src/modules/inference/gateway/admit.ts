import type { IncomingMessage } from 'node:http'
import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import { clientAddress } from '../../../kit/http/ip-ranges.js'
import { can } from '../../accounts/index.js'
import type { GatewayDeps } from './deps.js'
import { andThen, type Eventually } from './model-route.js'

const BEARER = /^Bearer +(\S+)$/i
const PERMISSION = 'inference.serverless.write'
const KEY_DETAIL = { code: 'invalid_api_key' }

/** Who calls and who pays. */
export interface Caller {
  readonly actor: UserActor
  readonly tokenId: string | null
  readonly payerId: string
}

/** Believes a bearer token, or the session of a page of ours; synchronous when warm. */
export function admit(deps: GatewayDeps, request: IncomingMessage): Eventually<Caller> {
  const { authorization, cookie } = request.headers
  if (authorization === undefined) {
    if (cookie === undefined) throw refuse('Unauthorized', 'Send an access token as Authorization: Bearer.', KEY_DETAIL)
    return admitSession(deps, request)
  }
  const secret = BEARER.exec(authorization)?.[1]
  if (secret === undefined)
    throw refuse('InvalidCredentials', 'The Authorization header must be: Bearer <token>.', KEY_DETAIL)
  return andThen(deps.verifyToken(secret, clientAddress(request)), (facts) => {
    if (!facts) throw refuse('InvalidCredentials', 'The access token is not known here or has expired.', KEY_DETAIL)
    return toCaller(deps, request, facts.actor, facts.tokenId)
  })
}

async function admitSession(deps: GatewayDeps, request: IncomingMessage): Promise<Caller> {
  const address = clientAddress(request)
  const actor = await deps.authenticate({ authorization: undefined, cookie: request.headers.cookie, address })
  if (actor.kind !== 'user') throw refuse('Unauthorized', 'Send an access token as Authorization: Bearer.', KEY_DETAIL)
  const { origin, host } = request.headers
  const isOwn = origin === undefined || origin === new URL(deps.publicUrl()).origin || origin === `http://${host}`
  if (!isOwn || request.headers['sec-fetch-site'] === 'cross-site') throw refuse('CrossSiteRequest')
  return toCaller(deps, request, actor, null)
}

function toCaller(deps: GatewayDeps, request: IncomingMessage, actor: UserActor, tokenId: string | null): Caller {
  const header = request.headers['x-hf-bill-to']
  const billTo = typeof header === 'string' ? header : undefined
  const payerId = deps.payerOf(actor, billTo)
  const payer =
    payerId === actor.userId
      ? ({ id: payerId, type: 'user', name: actor.name } as const)
      : ({ id: payerId, type: 'org', name: billTo ?? '' } as const)
  const { allow, rule, reason } = can(actor, 'inference.call', payer)
  if (!allow && rule === 'token.scope') {
    throw refuse('InsufficientScope', `This access token lacks the permission ${PERMISSION} on ${payer.name}.`)
  }
  if (!allow) throw refuse('Forbidden', reason)
  return { actor, tokenId, payerId }
}
