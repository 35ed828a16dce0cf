import { refuse } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UserActor } from '../../../kit/http/actor.js'
import type { AccountAction } from '../authz/actions.js'
import { can } from '../authz/can.js'
import type { Authentication } from '../authenticate.js'
import { findHeldBack, refuseHeldBack } from '../held-back.js'
import type { Newcomers } from '../newcomers.js'
import type { PlatformSettings } from '../platform-settings.js'
import { type AccountRow, findAccountRow } from '../queries/accounts.js'
import { renderSessionCookie } from '../read-credentials.js'
import { SESSION_MAX_S, type SignInDeps } from '../sign-in.js'
import type { Visitor } from '../visitor.js'

export interface RouteDeps extends SignInDeps {
  readonly newcomers: Newcomers
  readonly settings: PlatformSettings
  readonly authentication: Authentication
}

export function visitorOf(request: FastifyRequest): Visitor {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '' }
}

export function setSessionCookie(deps: RouteDeps, reply: FastifyReply, secret: string): void {
  reply.header('set-cookie', renderSessionCookie(deps.publicUrl(), secret, SESSION_MAX_S))
}

export function clearSessionCookie(deps: RouteDeps, reply: FastifyReply): void {
  reply.header('set-cookie', renderSessionCookie(deps.publicUrl(), '', 0))
}

/** Credentials are managed by the person, not by a credential: a leaked token must not be able to make another. */
export function requireSession(actor: UserActor): string {
  if (actor.auth.type !== 'session') throw refuse('SessionRequired')
  return actor.auth.sessionId
}

/** An account that exists for everybody; throws `AccountNotFound`. */
export async function getShown(deps: Pick<RouteDeps, 'db'>, name: string, kind: 'user' | 'org'): Promise<AccountRow> {
  const row = await findAccountRow(deps.db, name)
  if (!row || row.kind !== kind || row.state === 'removed') throw refuse('AccountNotFound')
  return row
}

/** Throws unless this actor may do this in an organisation, with this credential. */
export function demandOrg(actor: UserActor, action: AccountAction, { id, name }: AccountRow): void {
  const decision = can(actor, action, { id, type: 'org', name })
  if (decision.allow) return
  const held = findHeldBack(actor, name)
  if (held) throw refuseHeldBack(held)
  if (decision.rule !== 'token.scope') throw refuse('Forbidden', `Only an admin of ${name} may do this.`)
  const isPersonal = can({ ...actor, auth: { type: 'session', sessionId: '' } }, action, {
    id,
    type: 'org',
    name,
  }).allow
  throw isPersonal ? refuse('InsufficientScope') : refuse('Forbidden', `Only an admin of ${name} may do this.`)
}

/** An organisation that this actor may change with this credential. */
export async function getManagedOrg(deps: Pick<RouteDeps, 'db'>, actor: UserActor, name: string): Promise<AccountRow> {
  const org = await getShown(deps, name, 'org')
  demandOrg(actor, 'org.manage', org)
  return org
}
