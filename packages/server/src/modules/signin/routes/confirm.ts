import { confirm, startConfirm, writeConfirmLetter } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import type { SigninDeps } from '../deps.js'
import { useConfirmLink, writeConfirm } from '../email/confirm-by-letter.js'
import { startAssertion } from '../passkeys/check-passkey.js'
import { checkFactor } from '../second-factor.js'

/** "Confirm that it is you", before dangerous acts. */
export function bindConfirm(http: Http, deps: SigninDeps): void {
  const stoa = http.scope('stoa')
  const { access } = deps.accounts

  stoa.bind(startConfirm, async ({ actor, reply }) => {
    const boundTo = requireSession(actor)
    reply.header('cache-control', 'no-store')
    return { ...(await startAssertion(deps, { purpose: 'confirm', userId: actor.userId, boundTo })) }
  })

  stoa.bind(writeConfirmLetter, async ({ actor }) => {
    requireSession(actor)
    return writeConfirm(deps, actor.userId)
  })

  stoa.bind(confirm, async ({ actor, body, request, reply }) => {
    const sessionId = requireSession(actor)
    const { userId, name } = actor
    if (body.method === 'password') {
      await access.checkPassword({ login: name, password: body.password, address: request.ip })
    } else if (body.method === 'letter') {
      await useConfirmLink(deps, userId, body.secret)
    } else {
      const place = { purpose: 'confirm', userId, boundTo: sessionId } as const
      await checkFactor(deps, { userId, address: request.ip, place }, body)
    }
    await access.confirm(reply, { id: sessionId, userId, method: body.method })
  })
}
