import { breakGlass, endImpersonation, listAllOpenings, listOpenings, startImpersonation } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { demandConfirmed } from '../confirm-session.js'
import { breakGlass as openOrg } from '../platform/break-glass.js'
import { endImpersonation as comeBack, startImpersonation as borrowEyes } from '../platform/impersonate.js'
import { listOpenings as readOpenings, type NamedOpening } from '../queries/standing.js'
import { demandPlatform } from './platform-accounts.js'
import {
  clearSessionCookie,
  demandOrg,
  getShown,
  requireSession,
  type RouteDeps,
  setSessionCookie,
  visitorOf,
} from './route-deps.js'

const MAX_OPENINGS = 200

/** Looking through somebody's eyes, and opening an organisation in an emergency; both are on the record. */
export function bindEmergency(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(startImpersonation, async ({ actor, body, request, reply }) => {
    demandPlatform(actor, 'platform.impersonate')
    const sessionId = await demandConfirmed(deps, actor)
    const user = await getShown(deps, body.user, 'user')
    const visitor = visitorOf(request)
    const { secret, expiresAt } = await borrowEyes(deps, { actor, sessionId, user, reason: body.reason, visitor })
    setSessionCookie(deps, reply, secret)
    return { user: user.name, expiresAt: expiresAt.toISOString() }
  })

  stoa.bind(endImpersonation, async ({ actor, reply }) => {
    const sessionId = requireSession(actor)
    if (!actor.impersonator) return
    const secret = await comeBack(deps, actor, sessionId)
    deps.authentication.cache.forgetUser(actor.userId)
    deps.authentication.cache.forgetUser(actor.impersonator.userId)
    if (secret === null) clearSessionCookie(deps, reply)
    else setSessionCookie(deps, reply, secret)
  })

  stoa.bind(breakGlass, async ({ actor, body }) => {
    demandPlatform(actor, 'platform.break_glass')
    await demandConfirmed(deps, actor)
    const org = await getShown(deps, body.org, 'org')
    const opening = await openOrg(deps, { userId: actor.userId, org, reason: body.reason })
    deps.authentication.cache.forgetUser(actor.userId)
    return showOpening({ ...opening, userName: actor.name, orgName: org.name })
  })

  stoa.bind(listOpenings, async ({ actor, params }) => {
    const org = await getShown(deps, params.name, 'org')
    demandOrg(actor, 'org.audit.read', org)
    const openings = await readOpenings(deps.db, org.id, MAX_OPENINGS)
    return { openings: openings.map(showOpening) }
  })

  stoa.bind(listAllOpenings, async ({ actor }) => {
    demandPlatform(actor, 'platform.break_glass.list')
    return { openings: (await readOpenings(deps.db, null, MAX_OPENINGS)).map(showOpening) }
  })
}

function showOpening(opening: NamedOpening) {
  const { id, orgName, userName, reason, createdAt, expiresAt } = opening
  return {
    id,
    org: orgName,
    user: userName,
    reason,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}
