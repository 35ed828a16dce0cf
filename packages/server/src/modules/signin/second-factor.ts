import { type FactorProof, refuse, StoaError } from '@stoa/contracts'
import { addressPrefix } from '../../kit/http/address-prefix.js'
import { refuseThrottled } from '../accounts/index.js'
import { recordFactor } from './change-factors.js'
import type { SigninDeps } from './deps.js'
import { checkPasskey } from './passkeys/check-passkey.js'
import type { ChallengePlace } from './passkeys/challenges.js'
import { findTotp, takeTotpStep } from './queries/totp.js'
import { takeCode } from './recovery-codes.js'
import { findStep } from './totp.js'

/** Who shows a factor, from where, and in which place a passkey was asked. */
export interface Showing {
  readonly userId: string
  readonly address: string
  readonly place: ChallengePlace
}

/** Checks a second factor and uses it up. Throws `SecondFactorWrong`, `PasskeyRefused`, `SignInThrottled`. */
export async function checkFactor(deps: SigninDeps, showing: Showing, proof: FactorProof): Promise<void> {
  const { userId, address } = showing
  await throttled(deps, { userId, address }, async () => {
    if (proof.method === 'passkey') await checkPasskey(deps, proof.response, showing.place)
    else if (proof.method === 'totp') await checkTotp(deps, userId, proof.code)
    else await checkRecoveryCode(deps, userId, proof.code)
  })
}

/** Makes wrong answers slower; they are recorded. */
export async function throttled(
  deps: SigninDeps,
  who: { readonly userId: string; readonly address: string },
  check: () => Promise<void>,
): Promise<void> {
  const prefix = addressPrefix(who.address)
  const waitMs = deps.factorThrottle.waitMs(who.userId, prefix)
  if (waitMs > 0) throw refuseThrottled(waitMs)
  try {
    await check()
  } catch (error) {
    if (error instanceof StoaError && error.status === 401) {
      deps.factorThrottle.recordFailure(who.userId, prefix)
      await deps.write((tx) => recordFactor(tx, deps, { userId: who.userId, action: 'auth.mfa.failed' }))
    }
    throw error
  }
  deps.factorThrottle.recordSuccess(who.userId, prefix)
}

/** Checks a code of the authenticator app; each works once. Throws `SecondFactorWrong`. */
export async function checkTotp(deps: SigninDeps, userId: string, code: string): Promise<void> {
  const totp = await findTotp(deps.db, userId)
  const step = totp?.confirmedAt ? await findStep(deps, totp, code) : null
  if (step === null || !(await deps.write((tx) => takeTotpStep(tx, userId, step)))) throw refuse('SecondFactorWrong')
}

async function checkRecoveryCode(deps: SigninDeps, userId: string, code: string): Promise<void> {
  const wasGood = await deps.write(async (tx) => {
    const isTaken = await takeCode(tx, deps, userId, code)
    if (isTaken) await recordFactor(tx, deps, { userId, action: 'auth.mfa.recovery.use' })
    return isTaken
  })
  if (!wasGood) throw refuse('SecondFactorWrong')
}
