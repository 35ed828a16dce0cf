import { type PasskeyAssertion, refuse } from '@stoa/contracts'
import type { SigninDeps } from '../deps.js'
import { countPasskeyUse, findPasskeyByCredential, listPasskeys, type PasskeyRow } from '../queries/passkeys.js'
import { type ChallengePlace, makeChallenge, redeemChallenge } from './challenges.js'
import { relyingPartyOf } from './relying-party.js'
import { type AuthenticationResponseJSON, toTransports } from './webauthn-types.js'

/** What the browser needs to use a passkey: any of this host's for a sign-in, else one of the user's. */
export async function startAssertion(deps: SigninDeps, place: ChallengePlace): Promise<object> {
  const known = place.userId === null ? [] : await listPasskeys(deps.db, place.userId)
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({
    rpID: relyingPartyOf(deps.publicUrl()).id,
    challenge: Uint8Array.from(Buffer.from(await makeChallenge(deps, place), 'base64url')),
    // Alone it stands for two factors: the device must have checked who holds it.
    userVerification: place.userId === null ? 'required' : 'preferred',
    allowCredentials: known.map((passkey) => ({
      id: passkey.credentialId,
      transports: toTransports(passkey.transports),
    })),
  })
}

/**
 * The passkey behind an answer; its use is counted. Throws `PasskeyRefused` for an unknown one, somebody else's, another origin, a
 * challenge that is old, used or of another place, a counter that went back, and, in a sign-in, when nobody was verified.
 */
export async function checkPasskey(
  deps: SigninDeps,
  response: PasskeyAssertion,
  place: ChallengePlace,
): Promise<PasskeyRow> {
  const expectedChallenge = await redeemChallenge(deps, response.response.clientDataJSON, place)
  const passkey = await findPasskeyByCredential(deps.db, response.id)
  if (!passkey || !isTheirs(passkey, response, place)) throw refuse('PasskeyRefused')
  const { id, origin } = relyingPartyOf(deps.publicUrl())
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const checked = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON,
    expectedChallenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: place.purpose === 'sign_in',
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.from(Buffer.from(passkey.publicKey, 'base64url')),
      counter: Number(passkey.counter),
      transports: toTransports(passkey.transports),
    },
  }).catch(() => null)
  if (!checked?.verified) throw refuse('PasskeyRefused')
  const { newCounter, credentialBackedUp } = checked.authenticationInfo
  const use = { counter: BigInt(newCounter), isSynced: credentialBackedUp, at: deps.clock.now() }
  if (!(await deps.write((tx) => countPasskeyUse(tx, passkey.id, use)))) throw refuse('PasskeyRefused')
  return passkey
}

function isTheirs(passkey: PasskeyRow, { response }: PasskeyAssertion, place: ChallengePlace): boolean {
  if (place.userId !== null && passkey.userId !== place.userId) return false
  if (response.userHandle === undefined) return place.userId !== null
  return Buffer.from(response.userHandle, 'base64url').toString('utf8') === passkey.userId
}
