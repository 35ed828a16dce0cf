import { type PasskeyAttestation, refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { SigninDeps } from '../deps.js'
import { addedFactor } from '../change-factors.js'
import { findPasskeyByCredential, insertPasskey, listPasskeys, type PasskeyRow } from '../queries/passkeys.js'
import { makeChallenge, redeemChallenge } from './challenges.js'
import { relyingPartyOf } from './relying-party.js'
import { type RegistrationResponseJSON, toTransports } from './webauthn-types.js'

const MAX_PASSKEYS = 20
const RP_NAME = 'Stoa'

interface Asking {
  readonly actor: UserActor
  readonly sessionId: string
}

const placeOf = ({ actor, sessionId }: Asking) =>
  ({ purpose: 'register', userId: actor.userId, boundTo: sessionId }) as const

/** What the browser needs to make a passkey. Throws `PasskeyLimit`. */
export async function startRegistration(deps: SigninDeps, asking: Asking): Promise<object> {
  const { actor } = asking
  const known = await listPasskeys(deps.db, actor.userId)
  if (known.length >= MAX_PASSKEYS) throw refuse('PasskeyLimit')
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  return generateRegistrationOptions({
    rpName: RP_NAME,
    rpID: relyingPartyOf(deps.publicUrl()).id,
    userID: Uint8Array.from(Buffer.from(actor.userId, 'utf8')),
    userName: actor.name,
    userDisplayName: actor.name,
    challenge: Uint8Array.from(Buffer.from(await makeChallenge(deps, placeOf(asking)), 'base64url')),
    attestationType: 'none',
    excludeCredentials: known.map((passkey) => ({
      id: passkey.credentialId,
      transports: toTransports(passkey.transports),
    })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
}

/** Adds the passkey a browser made; recovery codes when it is the first factor. Throws `PasskeyRefused`, `PasskeyLimit`. */
export async function registerPasskey(
  deps: SigninDeps,
  asking: Asking,
  made: { readonly name: string; readonly response: PasskeyAttestation },
): Promise<{ readonly passkey: PasskeyRow; readonly recoveryCodes: string[] | null }> {
  const { userId } = asking.actor
  const credential = await verify(deps, asking, made.response)
  const passkey = {
    id: deps.ids.next(),
    userId,
    name: made.name,
    createdAt: deps.clock.now(),
    ...credential,
  }
  const recoveryCodes = await deps.write(async (tx) => {
    if ((await listPasskeys(tx, userId)).length >= MAX_PASSKEYS) throw refuse('PasskeyLimit')
    if (await findPasskeyByCredential(tx, passkey.credentialId)) {
      throw refuse('PasskeyRefused', 'This passkey is registered already.')
    }
    await insertPasskey(tx, passkey)
    return addedFactor(tx, deps, {
      userId,
      sessionId: asking.sessionId,
      action: 'auth.mfa.passkey.add',
      id: passkey.id,
    })
  })
  return { passkey: { ...passkey, lastUsedAt: null }, recoveryCodes }
}

async function verify(deps: SigninDeps, asking: Asking, response: PasskeyAttestation) {
  const expectedChallenge = await redeemChallenge(deps, response.response.clientDataJSON, placeOf(asking))
  const { id, origin } = relyingPartyOf(deps.publicUrl())
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const checked = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: false,
  }).catch(() => ({ verified: false as const, registrationInfo: undefined }))
  if (!checked.verified || !checked.registrationInfo) throw refuse('PasskeyRefused')
  const { credential, credentialBackedUp } = checked.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: BigInt(credential.counter),
    transports: [...(credential.transports ?? [])],
    isSynced: credentialBackedUp,
  }
}
