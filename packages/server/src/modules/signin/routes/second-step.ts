import { refuse, showSecondFactor, signInByPasskey, startPasskeySignIn, startSecondPasskey } from '@stoa/contracts'
import { refuseCrossSite } from '../../../kit/http/bind.js'
import type { Http } from '../../../kit/http/server.js'
import { visitorOf } from '../../accounts/index.js'
import type { SigninDeps } from '../deps.js'
import { getHalfSignIn, renderHalfCookie } from '../half-sign-in.js'
import { checkPasskey, startAssertion } from '../passkeys/check-passkey.js'
import { type HalfSignIn, takeHalfSignIn, takeTry } from '../queries/half-sign-ins.js'
import { checkFactor } from '../second-factor.js'

/** Second factors that may be tried until the first has to be shown again, also when they come all at once. */
const MOST_TRIES = 10
const ANYBODY = { purpose: 'sign_in', userId: null, boundTo: null } as const

const placeOf = (half: HalfSignIn) => ({ purpose: 'second', userId: half.userId, boundTo: half.id }) as const

/** The second step of a sign-in, and the sign-in that needs none: a passkey alone. */
export function bindSecondStep(http: Http, deps: SigninDeps): void {
  const stoa = http.scope('stoa')
  const { letIn } = deps.accounts.access

  stoa.bind(startPasskeySignIn, async ({ request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    reply.header('cache-control', 'no-store')
    return { ...(await startAssertion(deps, ANYBODY)) }
  })

  stoa.bind(signInByPasskey, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const visitor = visitorOf(request)
    const { userId } = await checkPasskey(deps, body.response, ANYBODY)
    return letIn(reply, { userId, visitor, factors: ['passkey'], isStrong: true })
  })

  stoa.bind(startSecondPasskey, async ({ request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    reply.header('cache-control', 'no-store')
    return { ...(await startAssertion(deps, placeOf(await getHalfSignIn(deps, request)))) }
  })

  stoa.bind(showSecondFactor, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const half = await getHalfSignIn(deps, request)
    const visitor = visitorOf(request)
    if (!(await deps.write((tx) => takeTry(tx, half.id, MOST_TRIES)))) throw refuse('SignInExpired')
    await checkFactor(deps, { userId: half.userId, address: visitor.address, place: placeOf(half) }, body)
    if (!(await deps.write((tx) => takeHalfSignIn(tx, half.id)))) throw refuse('SignInExpired')
    const factors = [...half.factors, body.method]
    const view = await letIn(reply, { userId: half.userId, visitor, factors, isStrong: true })
    reply.header('set-cookie', renderHalfCookie(deps, '', 0))
    return view
  })
}
