import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { PASSWORD_MAX, sessionView } from './accounts.js'

const date = z.iso.datetime()
const id = z.string().max(24)
const PASSKEY_BODY_BYTES = 64 * 1024
/** Base64url of at most a few kilobytes: keys, signatures, attestation. */
const bytes = z.string().max(16_384)
const credentialId = z.string().min(1).max(1_400)
const passkeyName = z.string().trim().min(1).max(80)
const code = z.string().trim().min(6).max(24)

/** What a browser answers when a passkey is made (`RegistrationResponseJSON` of WebAuthn). */
const attestation = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(40).optional(),
  clientExtensionResults: z.record(z.string().max(80), z.unknown()),
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    authenticatorData: bytes.optional(),
    transports: z.array(z.string().max(20)).max(10).optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: bytes.optional(),
  }),
})

/** What a browser answers when a passkey is used (`AuthenticationResponseJSON` of WebAuthn). */
const assertion = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(40).optional(),
  clientExtensionResults: z.record(z.string().max(80), z.unknown()),
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.optional(),
  }),
})
export type PasskeyAttestation = z.output<typeof attestation>
export type PasskeyAssertion = z.output<typeof assertion>

/** Options for the browser, in WebAuthn's own JSON; passed on as they are. */
const webauthnOptions = z.record(z.string(), z.unknown())

export const factorProof = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('totp'), code }),
  z.strictObject({ method: z.literal('recovery'), code }),
  z.strictObject({ method: z.literal('passkey'), response: assertion }),
])
export type FactorProof = z.output<typeof factorProof>

export const confirmProof = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('password'), password: z.string().max(PASSWORD_MAX) }),
  z.strictObject({ method: z.literal('totp'), code }),
  z.strictObject({ method: z.literal('passkey'), response: assertion }),
  /** The link of a letter, opened in the session that is confirmed. */
  z.strictObject({ method: z.literal('letter'), secret: z.string().min(20).max(200) }),
])

const passkeyView = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: date,
  lastUsedAt: date.nullable(),
  /** Kept by a service that copies it to the person's other devices. */
  isSynced: z.boolean(),
})
export type PasskeyView = z.output<typeof passkeyView>

const factorsView = z.object({
  hasPassword: z.boolean(),
  passkeys: z.array(passkeyView),
  /** Since when codes of an authenticator app are asked for; null without one. */
  totpSince: date.nullable(),
  recoveryCodesLeft: z.number().int(),
  /** There is nothing else to confirm with but the verified address. */
  confirmsByLetter: z.boolean(),
  /** The one origin at which passkeys work: browsers tie them to a host name. */
  passkeyOrigin: z.string(),
})
export type FactorsView = z.output<typeof factorsView>

/** Shown once, when the first factor is added or codes are renewed; null when there are codes already. */
const recoveryCodes = z.array(z.string()).nullable()

export const getFactors = route({
  id: 'signin.factors.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/factors',
  summary: 'My second factors, without their secrets.',
  auth: 'user',
  response: factorsView,
  errors: ['Unauthorized', 'SessionRequired'],
})

export const startPasskey = route({
  id: 'signin.passkeys.start',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/passkeys/options',
  summary: 'What the browser needs to make a passkey; good for five minutes, once.',
  auth: 'user',
  rate: 'auth',
  response: webauthnOptions,
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'PasskeyLimit'],
})

export const addPasskey = route({
  id: 'signin.passkeys.add',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/passkeys',
  summary: 'Adds a passkey. With the first factor come recovery codes, and my other sessions end.',
  auth: 'user',
  rate: 'auth',
  bodyLimitBytes: PASSKEY_BODY_BYTES,
  body: z.strictObject({ name: passkeyName, response: attestation }),
  response: z.object({ passkey: passkeyView, recoveryCodes }),
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'PasskeyRefused', 'PasskeyLimit'],
})

export const renamePasskey = route({
  id: 'signin.passkeys.rename',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/signin/passkeys/:passkeyId',
  summary: 'Gives a passkey of mine another name.',
  auth: 'user',
  params: z.object({ passkeyId: id }),
  body: z.strictObject({ name: passkeyName }),
  response: passkeyView,
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

export const removePasskey = route({
  id: 'signin.passkeys.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/signin/passkeys/:passkeyId',
  summary: 'Removes a passkey of mine.',
  auth: 'user',
  params: z.object({ passkeyId: id }),
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'NotFound'],
})

export const startTotp = route({
  id: 'signin.totp.start',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/totp/start',
  summary: 'A new secret for an authenticator app; it counts once a code of it was sent back.',
  auth: 'user',
  rate: 'auth',
  /** `uri` is `otpauth://…`, for a QR code; `secret` is Base32, for typing. */
  response: z.object({ secret: z.string(), uri: z.string() }),
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'FactorExists'],
})

export const addTotp = route({
  id: 'signin.totp.add',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/totp',
  summary: 'Adds the authenticator app, by its first code. With the first factor come recovery codes.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ code }),
  response: z.object({ recoveryCodes }),
  errors: [
    'Unauthorized',
    'SessionRequired',
    'ConfirmationRequired',
    'SecondFactorWrong',
    'SignInThrottled',
    'NotFound',
  ],
})

export const removeTotp = route({
  id: 'signin.totp.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/signin/totp',
  summary: 'Removes my authenticator app.',
  auth: 'user',
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'NotFound'],
})

export const renewRecoveryCodes = route({
  id: 'signin.recoveryCodes.renew',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/recovery-codes',
  summary: 'Ten new recovery codes; the old ones stop. They are in this answer and nowhere else.',
  auth: 'user',
  rate: 'auth',
  response: z.object({ recoveryCodes: z.array(z.string()) }),
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'NotFound'],
})

export const startPasskeySignIn = route({
  id: 'signin.passkey.start',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/passkey/options',
  summary: 'What the browser needs to sign in with a passkey alone.',
  auth: 'none',
  rate: 'auth',
  response: webauthnOptions,
  errors: ['CrossSiteRequest', 'RateLimited'],
})

export const signInByPasskey = route({
  id: 'signin.passkey.use',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/passkey',
  summary: 'Signs in with a passkey alone (cookie); it must have checked that it is you.',
  auth: 'none',
  rate: 'auth',
  bodyLimitBytes: PASSKEY_BODY_BYTES,
  body: z.strictObject({ response: assertion }),
  response: sessionView,
  errors: ['PasskeyRefused', 'SignInThrottled', 'CrossSiteRequest', 'RateLimited'],
})

export const startSecondPasskey = route({
  id: 'signin.second.start',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/second/options',
  summary: 'What the browser needs to show a passkey after the password.',
  auth: 'none',
  rate: 'auth',
  response: webauthnOptions,
  errors: ['SignInExpired', 'CrossSiteRequest', 'RateLimited'],
})

export const showSecondFactor = route({
  id: 'signin.second.show',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/second',
  summary: 'Shows the second factor after the first: a code, a recovery code or a passkey; signs in (cookie).',
  auth: 'none',
  rate: 'auth',
  bodyLimitBytes: PASSKEY_BODY_BYTES,
  body: factorProof,
  response: sessionView,
  errors: [
    'SignInExpired',
    'SecondFactorWrong',
    'PasskeyRefused',
    'SignInThrottled',
    'CrossSiteRequest',
    'RateLimited',
  ],
})

export const startConfirm = route({
  id: 'signin.confirm.start',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/confirm/options',
  summary: 'What the browser needs to confirm with a passkey that it is me.',
  auth: 'user',
  rate: 'auth',
  response: webauthnOptions,
  errors: ['Unauthorized', 'SessionRequired'],
})

export const confirm = route({
  id: 'signin.confirm',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/confirm',
  summary: 'Confirms that it is me, for fifteen minutes; the session gets another cookie.',
  auth: 'user',
  rate: 'auth',
  bodyLimitBytes: PASSKEY_BODY_BYTES,
  body: confirmProof,
  errors: [
    'Unauthorized',
    'SessionRequired',
    'WrongPassword',
    'SecondFactorWrong',
    'PasskeyRefused',
    'SignInThrottled',
    'LinkInvalid',
  ],
})

export const writeConfirmLetter = route({
  id: 'signin.confirm.letter',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/confirm/letter',
  summary:
    'Writes to my verified address, to confirm by its link that it is me; for who has no password, passkey or app.',
  auth: 'user',
  rate: 'auth',
  response: z.object({ to: z.string(), expiresAt: date }),
  errors: ['Unauthorized', 'SessionRequired', 'InvalidRequest', 'LetterLimit'],
})

const mfaRequired = z.enum(['nobody', 'duties', 'everybody'])

export const getSignInPolicy = route({
  id: 'signin.policy.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/policy',
  summary: 'Of whom the platform asks a second factor.',
  auth: 'admin',
  response: z.object({ mfaRequired }),
  errors: ['Unauthorized', 'Forbidden', 'SecondFactorRequired'],
})

export const setSignInPolicy = route({
  id: 'signin.policy.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/signin/policy',
  summary: 'Asks nobody, those who run the platform, or everybody for a second factor. Whoever sets it has one.',
  auth: 'admin',
  body: z.strictObject({ mfaRequired }),
  response: z.object({ mfaRequired }),
  errors: ['Unauthorized', 'Forbidden', 'SessionRequired', 'ConfirmationRequired', 'SecondFactorRequired'],
})

const orgSignInPolicy = z.object({
  requiresMfa: z.boolean(),
  /** Members without a second factor, by name; the first hundred. */
  membersWithout: z.array(z.string()),
})

export const getOrgSignInPolicy = route({
  id: 'signin.orgs.policy.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/orgs/:name/policy',
  summary: 'Whether the organisation asks its members for a second factor, and who has none.',
  auth: 'user',
  params: z.object({ name: accountNameParam }),
  response: orgSignInPolicy,
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound', 'SecondFactorRequired'],
})

export const setOrgSignInPolicy = route({
  id: 'signin.orgs.policy.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/signin/orgs/:name/policy',
  summary:
    'Asks members for a second factor, or no longer: without one they see nothing private. Whoever asks has one.',
  auth: 'write',
  params: z.object({ name: accountNameParam }),
  body: z.strictObject({ requiresMfa: z.boolean() }),
  response: orgSignInPolicy,
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound', 'SecondFactorRequired'],
})

export const resetFactors = route({
  id: 'signin.accounts.reset',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/signin/accounts/:name/factors',
  summary: 'Removes every second factor of somebody who lost theirs, and ends their sessions. On the record.',
  auth: 'admin',
  params: z.object({ name: accountNameParam }),
  body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
  errors: ['Unauthorized', 'Forbidden', 'SessionRequired', 'ConfirmationRequired', 'AccountNotFound'],
})
