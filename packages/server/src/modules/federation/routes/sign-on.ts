import {
  findSignOn,
  finishSignOn,
  listIdentities,
  orgSignOnOffers,
  refuse,
  removeIdentity,
  signOnOffers,
  type SignOnOffer,
  startLink,
  startSignOn,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, UserActor } from '../../../kit/http/actor.js'
import { refuseCrossSite } from '../../../kit/http/bind.js'
import type { Http } from '../../../kit/http/server.js'
import { type Account, requireSession, visitorOf } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { findConnection, listConnections } from '../queries/connections.js'
import { findDomainOwner, hasVerifiedDomain } from '../queries/domains.js'
import { deleteIdentity, listIdentitiesOf, upsertSignOn } from '../queries/sign-ons.js'
import { beginSignOn } from '../sso/begin-sign-on.js'
import { ensureBrowserSecret, readBrowserSecret } from '../sso/browser-cookie.js'
import { type Finished, finishSignOn as finish } from '../sso/finish-sign-on.js'
import { factorsOf } from '../sso/sign-on-guard.js'

/** Coming in through somebody else's provider. */
export function bindSignOn(http: Http, deps: SsoDeps): void {
  bindOffers(http, deps)
  bindIdentities(http, deps)
  const stoa = http.scope('stoa')

  stoa.bind(startSignOn, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const connection = await findConnection(deps.db, body.connectionId)
    if (!connection) throw refuse('ConnectionNotFound')
    const browserSecret = ensureBrowserSecret(request, reply, deps.publicUrl())
    const { next = '/', loginHint } = body
    return {
      to: await beginSignOn(deps, { connection, purpose: 'sign_in', userId: null, next, browserSecret, loginHint }),
    }
  })

  stoa.bind(startLink, async ({ actor, body, request, reply }) => {
    requireSession(actor)
    const { name, userId } = actor
    await deps.accounts.access.checkPassword({ login: name, password: body.password, address: request.ip })
    const connection = await findConnection(deps.db, body.connectionId)
    if (!connection) throw refuse('ConnectionNotFound')
    const browserSecret = ensureBrowserSecret(request, reply, deps.publicUrl())
    const { next = '/settings/security' } = body
    return { to: await beginSignOn(deps, { connection, purpose: 'link', userId, next, browserSecret }) }
  })

  stoa.bind(finishSignOn, async ({ actor, body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    reply.header('cache-control', 'no-store')
    const browserSecret = readBrowserSecret(request, deps.publicUrl())
    const finished = await finish(deps, { ...body, browserSecret, actor })
    return finished.outcome === 'signed_in' ? enter(deps, finished, { actor, request, reply }) : finished
  })
}

interface Arrival {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Opens a session; somebody who is here already keeps theirs, with another cookie and one sign-on more. */
async function enter(
  deps: SsoDeps,
  { userId, connectionId, asksSecondFactor, next }: Extract<Finished, { outcome: 'signed_in' }>,
  { actor, request, reply }: Arrival,
) {
  const { access, forgetUser } = deps.accounts
  if (actor.kind === 'user' && mayGoOn(actor, userId, !asksSecondFactor)) {
    const id = requireSession(actor)
    await access.confirm(reply, { id, userId, method: 'sso' })
    const at = deps.clock.now()
    await deps.write((tx) => upsertSignOn(tx, { kind: 'session', id, connectionId, userId, at }))
    forgetUser(userId)
    return { outcome: 'signed_in' as const, next, step: null }
  }
  const entry = { userId, visitor: visitorOf(request), factors: factorsOf(connectionId), isStrong: !asksSecondFactor }
  const view = await access.letIn(reply, entry)
  forgetUser(userId)
  return { outcome: 'signed_in' as const, next, step: view.pending ?? null }
}

/** A session goes on when it is the same person's, and not weaker than a new one would be. */
function mayGoOn(actor: UserActor, userId: string, isStrong: boolean): boolean {
  const { auth } = actor
  return (
    actor.userId === userId && auth.type === 'session' && !actor.impersonator && (!isStrong || auth.isStrong === true)
  )
}

function bindOffers(http: Http, deps: SsoDeps): void {
  const stoa = http.scope('stoa')
  const offersOf = async (orgId: string | null): Promise<SignOnOffer[]> => {
    const connections = (await listConnections(deps.db, orgId)).filter(({ isEnabled }) => isEnabled)
    const org = orgId === null || connections.length === 0 ? null : await deps.accounts.getAccount(deps.db, orgId)
    return connections.map(({ id, name }) => ({ id, name, org: org && nameOf(org) }))
  }

  stoa.bind(signOnOffers, async () => ({
    connections: await offersOf(null),
    byEmail: await hasVerifiedDomain(deps.db),
  }))

  stoa.bind(orgSignOnOffers, async ({ params }) => {
    const org = await deps.accounts.findAccount(deps.db, params.name)
    if (org?.type !== 'org') throw refuse('AccountNotFound')
    return { connections: await offersOf(org.id) }
  })

  stoa.bind(findSignOn, async ({ body }) => {
    const domain = body.email
      .slice(body.email.lastIndexOf('@') + 1)
      .trim()
      .toLowerCase()
    const owner = await findDomainOwner(deps.db, domain)
    return { connections: owner ? await offersOf(owner.orgId) : [] }
  })
}

const nameOf = ({ name, fullname }: Account) => ({ name, fullname })

function bindIdentities(http: Http, deps: SsoDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(listIdentities, async ({ actor }) => {
    requireSession(actor)
    const identities = await listIdentitiesOf(deps.db, actor.userId)
    return Promise.all(
      identities.map(async ({ id, connectionId, email, createdAt, lastUsedAt }) => {
        const connection = await findConnection(deps.db, connectionId)
        const org = connection?.orgId ? await deps.accounts.getAccount(deps.db, connection.orgId) : null
        return {
          id,
          connection: { id: connectionId, name: connection?.name ?? '', org: org?.name ?? null },
          email,
          createdAt: createdAt.toISOString(),
          lastUsedAt: lastUsedAt.toISOString(),
        }
      }),
    )
  })

  stoa.bind(removeIdentity, async ({ actor, params }) => {
    requireSession(actor)
    const { userId } = actor
    const isOnlyWay =
      (await listIdentitiesOf(deps.db, userId)).length < 2 && !(await deps.accounts.access.hasPassword(userId))
    if (isOnlyWay) throw refuse('Conflict', 'This is the only way into your account. Set a password first.')
    await deps.write(async (tx) => {
      if (!(await deleteIdentity(tx, userId, params.identityId))) throw refuse('NotFound')
      const target = { type: 'user', id: userId }
      await deps.audit.record(tx, {
        chain: userId,
        action: 'auth.identity.remove',
        target,
        before: { identityId: params.identityId },
      })
    })
    deps.accounts.forgetUser(userId)
  })
}
