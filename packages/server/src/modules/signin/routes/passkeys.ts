import { addPasskey, type PasskeyView, refuse, removePasskey, renamePasskey, startPasskey } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import { recordFactor, removedFactor } from '../change-factors.js'
import type { SigninDeps } from '../deps.js'
import { registerPasskey, startRegistration } from '../passkeys/register-passkey.js'
import { deletePasskey, type PasskeyRow, renamePasskeyRow } from '../queries/passkeys.js'

/** Passkeys of a person. */
export function bindPasskeys(http: Http, deps: SigninDeps): void {
  const stoa = http.scope('stoa')
  const { access } = deps.accounts

  stoa.bind(startPasskey, async ({ actor, reply }) => {
    const sessionId = await access.demandConfirmed(actor)
    reply.header('cache-control', 'no-store')
    return { ...(await startRegistration(deps, { actor, sessionId })) }
  })

  stoa.bind(addPasskey, async ({ actor, body, reply }) => {
    const sessionId = await access.demandConfirmed(actor)
    const { passkey, recoveryCodes } = await registerPasskey(deps, { actor, sessionId }, body)
    reply.header('cache-control', 'no-store')
    return { passkey: showPasskey(passkey), recoveryCodes }
  })

  stoa.bind(renamePasskey, async ({ actor, params, body }) => {
    requireSession(actor)
    return deps.write(async (tx) => {
      const passkey = await renamePasskeyRow(tx, actor.userId, params.passkeyId, body.name)
      if (!passkey) throw refuse('NotFound')
      await recordFactor(tx, deps, { userId: actor.userId, action: 'auth.mfa.passkey.rename', id: passkey.id })
      return showPasskey(passkey)
    })
  })

  stoa.bind(removePasskey, async ({ actor, params }) => {
    await access.demandConfirmed(actor)
    await deps.write(async (tx) => {
      const passkey = await deletePasskey(tx, actor.userId, params.passkeyId)
      if (!passkey) throw refuse('NotFound')
      await removedFactor(tx, deps, { userId: actor.userId, action: 'auth.mfa.passkey.remove', id: passkey.id })
    })
  })
}

export function showPasskey(passkey: PasskeyRow): PasskeyView {
  const { id, name, createdAt, lastUsedAt, isSynced } = passkey
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null, isSynced }
}
