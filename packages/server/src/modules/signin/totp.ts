import { randomBytes } from 'node:crypto'
import { openSecret, sealSecret } from '../../kit/sealed-secret.js'
import type { SigninDeps } from './deps.js'

const STEP_S = 30
const DIGITS = 6
const SECRET_BYTES = 20
/** Clocks may differ by so many steps. */
const WINDOW = 1
const LABEL = 'stoa.signin.totp'

/** A new secret for an authenticator app: for the database, for typing, and as the address in a QR code. */
export async function makeTotp(
  deps: SigninDeps,
  user: { readonly id: string; readonly name: string },
): Promise<{ readonly sealedSecret: string; readonly secret: string; readonly uri: string }> {
  const { Secret, TOTP } = await import('otpauth')
  const secret = new Secret({ buffer: Uint8Array.from(randomBytes(SECRET_BYTES)).buffer })
  const issuer = `Stoa (${new URL(deps.publicUrl()).hostname})`
  const uri = new TOTP({ issuer, label: user.name, secret, period: STEP_S, digits: DIGITS }).toString()
  const purpose = { label: LABEL, subject: user.id }
  return { sealedSecret: sealSecret(deps.instanceKey, purpose, secret.base32), secret: secret.base32, uri }
}

/** The time step a code is of; null when it is not one of now, the step before or the step after. */
export async function findStep(
  deps: SigninDeps,
  totp: { readonly userId: string; readonly sealedSecret: string },
  code: string,
): Promise<bigint | null> {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const { Secret, TOTP } = await import('otpauth')
  const base32 = openSecret(deps.instanceKey, { label: LABEL, subject: totp.userId }, totp.sealedSecret)
  const timestamp = deps.clock.now().getTime()
  const delta = new TOTP({ secret: Secret.fromBase32(base32), period: STEP_S, digits: DIGITS }).validate({
    token,
    timestamp,
    window: WINDOW,
  })
  return delta === null ? null : BigInt(Math.floor(timestamp / 1000 / STEP_S) + delta)
}
