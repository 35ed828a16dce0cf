import { refuse, type TokenAnswer } from '@stoa/contracts'
import { hashSecret, makeTokenSecret } from '../accounts/index.js'
import { insertOauthToken } from './queries/tokens.js'
import {
  findIssuer,
  listPublishersFor,
  type PublisherRow,
  type TargetType,
  touchPublisher,
} from './queries/publishers.js'
import { matchesClaims } from './claim-patterns.js'
import type { OauthDeps } from './deps.js'
import { demandActive } from './exchange-code.js'
import { recordPublisher } from './record.js'
import { type DecodedJwt, decodeJwt, isSignedBy } from './jwt.js'

const TOKEN_S = 3600
/** Clocks of other machines may be this much off. */
const SKEW_S = 60
/** Identity tokens of jobs live for minutes; one that claims more is none. */
const MAX_LIFE_S = 24 * 3600
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const ID_TOKENS = new Set(['urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:jwt'])

interface SentIdentity {
  readonly subject_token?: string | undefined
  readonly subject_token_type?: string | undefined
  readonly requested_token_type?: string | undefined
  readonly resource?: string | undefined
}

/**
 * `grant_type=…token-exchange`: the identity token of a build job becomes a token of an hour for one repository. Who
 * may is said by the trusted publishers of that repository; throws `OauthInvalidTarget` when none fits.
 */
export async function exchangeIdentity(deps: OauthDeps, body: SentIdentity): Promise<TokenAnswer> {
  const { subject_token: subject, resource } = body
  if (subject === undefined || resource === undefined) {
    throw refuse('OauthInvalidRequest', 'subject_token and resource are needed.')
  }
  if (!ID_TOKENS.has(body.subject_token_type ?? ''))
    throw refuse('OauthInvalidRequest', 'subject_token_type must be id_token.')
  if ((body.requested_token_type ?? ACCESS_TOKEN) !== ACCESS_TOKEN) {
    throw refuse('OauthInvalidRequest', 'Only an access token is given for it.')
  }
  const target = readTarget(resource)
  const token = decodeJwt(subject)
  const issuer = typeof token?.claims['iss'] === 'string' ? await findIssuer(deps.db, token.claims['iss']) : null
  if (!token || !issuer) throw refuse('OauthInvalidGrant', 'This platform does not believe the issuer of this token.')
  if (!isSignedBy(token, await deps.issuerKeys.keysOf(issuer, token.header.kid))) {
    throw refuse('OauthInvalidGrant', "The signature of the identity token is not its issuer's.")
  }
  checkTimes(token, deps.clock.now())
  checkAudience(token, deps.publicUrl())
  const publishers = await listPublishersFor(deps.db, target, issuer.id)
  const publisher = publishers.find((one) => matchesClaims(one.claims, token.claims))
  if (!publisher) throw refuse('OauthInvalidTarget')
  await demandActive(deps, publisher.userId)
  return giveToken(deps, publisher)
}

async function giveToken(deps: OauthDeps, publisher: PublisherRow): Promise<TokenAnswer> {
  const secret = makeTokenSecret(undefined, 'job')
  const createdAt = deps.clock.now()
  const scopes = [publisher.targetType === 'user' ? 'gated-repos' : 'write-repos']
  await deps.write(async (tx) => {
    await insertOauthToken(tx, {
      id: deps.ids.next(),
      kind: 'access',
      grantId: null,
      publisherId: publisher.id,
      userId: publisher.userId,
      familyId: deps.ids.next(),
      secretHash: hashSecret(secret),
      scopes,
      authAt: createdAt,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + TOKEN_S * 1000),
    })
    await touchPublisher(tx, publisher.id, createdAt)
    await recordPublisher(tx, deps, publisher, 'auth.token.exchange')
  })
  return {
    access_token: secret,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'bearer',
    expires_in: TOKEN_S,
    scope: scopes.join(' '),
  }
}

function checkTimes({ claims }: DecodedJwt, now: Date): void {
  const nowS = now.getTime() / 1000
  const { exp, iat, nbf } = claims
  if (typeof exp !== 'number' || typeof iat !== 'number')
    throw refuse('OauthInvalidGrant', 'The identity token has no times.')
  if (exp + SKEW_S <= nowS) throw refuse('OauthInvalidGrant', 'The identity token has expired.')
  const begins = typeof nbf === 'number' ? Math.max(nbf, iat) : iat
  if (begins - SKEW_S > nowS) throw refuse('OauthInvalidGrant', 'The identity token is not valid yet.')
  if (exp - iat > MAX_LIFE_S) throw refuse('OauthInvalidGrant', 'The identity token lives for too long.')
}

/** The token must be made for this platform: one for somebody else could be passed on by them. */
function checkAudience({ claims }: DecodedJwt, publicUrl: string): void {
  const audiences = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  const isOurs = audiences.some((one) => typeof one === 'string' && one.replace(/\/$/, '') === publicUrl)
  if (!isOurs) throw refuse('OauthInvalidGrant', `The identity token must have the audience ${publicUrl}.`)
}

const TYPES: Readonly<Record<string, TargetType>> = {
  models: 'model',
  datasets: 'dataset',
  spaces: 'space',
  kernels: 'kernel',
}

/** `acme/model`, `datasets/acme/words`, or a user's name (hub-api 2.94). */
export function readTarget(resource: string): { readonly type: TargetType; readonly name: string } {
  const parts = resource.split('/')
  const [first = '', ...rest] = parts
  if (parts.length === 1 && first !== '') return { type: 'user', name: first }
  if (parts.length === 2 && parts.every((part) => part !== '')) return { type: 'model', name: resource }
  const type = Object.hasOwn(TYPES, first) ? TYPES[first] : undefined
  if (parts.length === 3 && type && rest.every((part) => part !== '')) return { type, name: rest.join('/') }
  throw refuse('OauthInvalidTarget', 'resource is namespace/name, datasets/namespace/name, or a user name.')
}
