import { refuse } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UserActor } from '../../../kit/http/actor.js'
import { roleIn } from '../account.js'
import type { Authentication } from '../authenticate.js'
import type { PlatformSettings } from '../platform-settings.js'
import { type AccountRow, findAccountRow } from '../queries/accounts.js'
import { renderSessionCookie } from '../read-credentials.js'
import { SESSION_MAX_S, type SignInDeps, type Visitor } from '../sign-in.js'
import { scopeAllows } from '../token-scope.js'

export interface RouteDeps extends SignInDeps {
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
export async function getShown(deps: RouteDeps, name: string, kind: 'user' | 'org'): Promise<AccountRow> {
  const row = await findAccountRow(deps.db, name)
  if (!row || row.kind !== kind || row.state === 'removed') throw refuse('AccountNotFound')
  return row
}

/** An organisation that this actor may change with this credential. */
export async function getManagedOrg(deps: RouteDeps, actor: UserActor, name: string): Promise<AccountRow> {
  const org = await getShown(deps, name, 'org')
  if (roleIn(actor, org.id) !== 'admin') throw refuse('Forbidden', `Only an admin of ${org.name} may do this.`)
  if (!scopeAllows(actor.auth, 'org.write', { type: 'org', name: org.name })) throw refuse('InsufficientScope')
  return org
}
