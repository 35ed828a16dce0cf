import { addTotp, getFactors, refuse, removeTotp, renewRecoveryCodes, startTotp } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import { addedFactor, recordFactor, removedFactor } from '../change-factors.js'
import type { SigninDeps } from '../deps.js'
import { confirmsByLetter } from '../email/confirm-by-letter.js'
import { relyingPartyOf } from '../passkeys/relying-party.js'
import { listPasskeys } from '../queries/passkeys.js'
import { countRecoveryCodes } from '../queries/recovery-codes.js'
import { confirmTotp, deleteTotp, findTotp, takeTotpStep, upsertWaitingTotp } from '../queries/totp.js'
import { renewCodes } from '../recovery-codes.js'
import { throttled } from '../second-factor.js'
import { findStep, makeTotp } from '../totp.js'
import { showPasskey } from './passkeys.js'

/** My second factors: the overview, the authenticator app, recovery codes. */
export function bindFactors(http: Http, deps: SigninDeps): void {
  const stoa = http.scope('stoa')
  const { access } = deps.accounts

  stoa.bind(getFactors, async ({ actor }) => {
    requireSession(actor)
    const { userId } = actor
    return {
      hasPassword: await access.hasPassword(userId),
      passkeys: (await listPasskeys(deps.db, userId)).map(showPasskey),
      totpSince: (await findTotp(deps.db, userId))?.confirmedAt?.toISOString() ?? null,
      confirmsByLetter: await confirmsByLetter(deps, userId),
      recoveryCodesLeft: await countRecoveryCodes(deps.db, userId),
      passkeyOrigin: relyingPartyOf(deps.publicUrl()).origin,
    }
  })

  stoa.bind(startTotp, async ({ actor, reply }) => {
    await access.demandConfirmed(actor)
    const { sealedSecret, secret, uri } = await makeTotp(deps, { id: actor.userId, name: actor.name })
    const waiting = { userId: actor.userId, sealedSecret, createdAt: deps.clock.now() }
    const isNew = await deps.write(async (tx) => {
      await recordFactor(tx, deps, { userId: actor.userId, action: 'auth.mfa.totp.start' })
      return upsertWaitingTotp(tx, waiting)
    })
    if (!isNew) throw refuse('FactorExists')
    reply.header('cache-control', 'no-store')
    return { secret, uri }
  })

  stoa.bind(addTotp, async ({ actor, body, request, reply }) => {
    const sessionId = await access.demandConfirmed(actor)
    const { userId } = actor
    const totp = await findTotp(deps.db, userId)
    if (!totp || totp.confirmedAt) throw refuse('NotFound', 'No authenticator app waits for its first code.')
    let recoveryCodes: string[] | null = null
    await throttled(deps, { userId, address: request.ip }, async () => {
      const step = await findStep(deps, totp, body.code)
      if (step === null) throw refuse('SecondFactorWrong')
      recoveryCodes = await deps.write(async (tx) => {
        await takeTotpStep(tx, userId, step)
        await confirmTotp(tx, userId, deps.clock.now())
        return addedFactor(tx, deps, { userId, sessionId, action: 'auth.mfa.totp.add' })
      })
    })
    reply.header('cache-control', 'no-store')
    return { recoveryCodes }
  })

  stoa.bind(removeTotp, async ({ actor }) => {
    await access.demandConfirmed(actor)
    await deps.write(async (tx) => {
      const wasThere = await deleteTotp(tx, actor.userId)
      if (!wasThere) throw refuse('NotFound')
      await removedFactor(tx, deps, { userId: actor.userId, action: 'auth.mfa.totp.remove' })
    })
  })

  stoa.bind(renewRecoveryCodes, async ({ actor, reply }) => {
    await access.demandConfirmed(actor)
    const { userId } = actor
    const hasFactor = (await findTotp(deps.db, userId))?.confirmedAt || (await listPasskeys(deps.db, userId)).length > 0
    if (!hasFactor) throw refuse('NotFound', 'Add a passkey or an authenticator app first.')
    const recoveryCodes = await deps.write(async (tx) => {
      await recordFactor(tx, deps, { userId, action: 'auth.mfa.recovery.renew' })
      return renewCodes(tx, deps, userId)
    })
    reply.header('cache-control', 'no-store')
    return { recoveryCodes }
  })
}
