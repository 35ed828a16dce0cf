import { inspectLink, redeemLink, refuse, session, signIn, signOut, signUp } from '@stoa/contracts'
import { refuseCrossSite } from '../../../kit/http/bind.js'
import { mayLearnEmail } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { inspectLink as readLink, redeemLink as useLink } from '../one-time-links.js'
import type { SignUpMode } from '../platform-settings.js'
import { buildSessionView } from '../session-view.js'
import { letIn } from '../let-in.js'
import { checkPasswordOf, endSession } from '../sign-in.js'
import { signUp as openNew } from '../sign-up.js'
import { clearSessionCookie, type RouteDeps, setSessionCookie, visitorOf } from './route-deps.js'

/** Coming and going: sign-up, sign-in, sign-out, who am I, one-time links. */
export function bindSignIn(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(session, async ({ actor }) => {
    const person = actor.kind === 'user' ? actor : null
    const view = await buildSessionView(deps, person)
    if (!view.user || actor.kind !== 'user' || mayLearnEmail(actor.auth)) return view
    return { ...view, user: { ...view.user, email: null, emailVerified: false } }
  })

  stoa.bind(signUp, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    refuseUninvited(await deps.settings.signUp())
    const { userId, secret } = await openNew(deps, { ...body, visitor: visitorOf(request) })
    setSessionCookie(deps, reply, secret)
    return buildSessionView(deps, { userId })
  })

  stoa.bind(signIn, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const visitor = visitorOf(request)
    const { id: userId } = await checkPasswordOf(deps, { ...body, address: visitor.address })
    return letIn(deps, reply, { userId, visitor, factors: ['password'] })
  })

  stoa.bind(signOut, async ({ actor, reply }) => {
    if (actor.kind === 'user' && actor.auth.type === 'session') {
      const { sessionId } = actor.auth
      await deps.write((tx) => endSession(tx, deps, actor.userId, sessionId, 'auth.logout'))
      deps.authentication.cache.forgetUser(actor.userId)
    }
    clearSessionCookie(deps, reply)
  })

  stoa.bind(inspectLink, async ({ body }) => {
    const { link, name } = await readLink(deps, body.secret)
    const purpose = link.purpose === 'recover' ? 'set_password' : link.purpose
    return { purpose, name, expiresAt: link.expiresAt.toISOString() }
  })

  stoa.bind(redeemLink, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const userId = await useLink(deps, body)
    deps.authentication.cache.forgetUser(userId)
    await deps.settings.load()
    return letIn(deps, reply, { userId, visitor: visitorOf(request), factors: ['link'] })
  })
}

/** Whoever is invited, or has an address at a domain of the platform, comes in through a letter or a link. */
function refuseUninvited(mode: SignUpMode): void {
  if (mode === 'open') return
  if (mode === 'closed') throw refuse('SignUpClosed')
  throw refuse('SignUpClosed', 'This platform asks for an invitation. Ask its admin, or whoever works here, for one.')
}
