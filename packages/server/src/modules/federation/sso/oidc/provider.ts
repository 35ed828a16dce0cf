import { createHash } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import * as oidc from 'openid-client'
import type { GuardedFetch } from '../../../../kit/http/guarded-fetch.js'
import { type Assertion, type OidcConnection, redirectUriOf } from '../connection.js'
import type { Trail } from '../trail.js'
import { readClaims } from './claims.js'
import { failWith } from './explain.js'

const TIMEOUT_S = 10
const FRESH_MS = 3_600_000
/** How far clocks may be apart. */
const SKEW_S = 300
/** Signatures with a public key; a shared secret or none at all is not among them. */
const ALGORITHMS = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
])

/** What one sign-in sends and must get back. */
export interface OidcRound {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface OidcDeps {
  readonly guardedFetch: GuardedFetch
  readonly clock: { now(): Date }
  publicUrl(): string
  /** The client secret; null for a public client. */
  openSecret(connection: OidcConnection): string | null
}

/** OpenID Connect towards other people's providers: code flow with PKCE, state, nonce, pinned issuer. */
export interface OidcProviders {
  /** Where the browser goes. Throws `SignOnFailed`. */
  begin(trail: Trail, connection: OidcConnection, round: OidcRound, loginHint?: string): Promise<string>
  /** What the provider says, believed. Throws `SignOnFailed`. */
  verify(trail: Trail, connection: OidcConnection, round: OidcRound, answer: URLSearchParams): Promise<Assertion>
}

export function createOidcProviders(deps: OidcDeps): OidcProviders {
  const known = new Map<string, { key: string; atMs: number; configuration: Promise<oidc.Configuration> }>()

  /** Discovery and keys are remembered for an hour, and forgotten when the connection changes or they could not be read. */
  function configure(connection: OidcConnection): Promise<oidc.Configuration> {
    const key = `${connection.updatedAt.getTime()}`
    const nowMs = deps.clock.now().getTime()
    const found = known.get(connection.id)
    if (found && found.key === key && Math.abs(nowMs - found.atMs) < FRESH_MS) return found.configuration
    const configuration = discover(deps, connection)
    known.set(connection.id, { key, atMs: nowMs, configuration })
    configuration.catch(() => known.delete(connection.id))
    return configuration
  }

  async function reach(trail: Trail, connection: OidcConnection): Promise<oidc.Configuration> {
    try {
      const configuration = await configure(connection)
      trail.ok('oidc.discovery', configuration.serverMetadata().issuer)
      return configuration
    } catch (error) {
      return failWith(trail, error, 'oidc.discovery', connection.settings.issuer)
    }
  }

  return {
    async begin(trail, connection, { state, nonce, verifier }, loginHint) {
      const configuration = await reach(trail, connection)
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUriOf(deps.publicUrl(), connection.id),
        scope: `openid ${connection.settings.scopes}`.trim(),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      })
      const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isPlain(connection))
      trail.demand(isSafe, 'oidc.authorization_endpoint', url.origin)
      return url.href
    },
    async verify(trail, connection, round, answer) {
      const configuration = await reach(trail, connection)
      const said = answer.get('error')
      if (said !== null)
        trail.fail('oidc.provider_error', [said, answer.get('error_description')].filter(Boolean).join(': '))
      const asked = new URL(redirectUriOf(deps.publicUrl(), connection.id))
      for (const name of ['code', 'state', 'iss']) {
        const values = answer.getAll(name)
        if (values.length > 1) trail.fail('oidc.answer', name)
        if (values[0] !== undefined) asked.searchParams.set(name, values[0])
      }
      const tokens = await oidc
        .authorizationCodeGrant(configuration, asked, {
          expectedState: round.state,
          expectedNonce: round.nonce,
          pkceCodeVerifier: round.verifier,
          idTokenExpected: true,
        })
        .catch((error: unknown) => failWith(trail, error, 'oidc.token', connection.settings.clientId))
      return believe(trail, connection, configuration, tokens)
    },
  }
}

const isPlain = ({ settings }: OidcConnection): boolean => new URL(settings.issuer).protocol === 'http:'

async function discover(deps: OidcDeps, connection: OidcConnection): Promise<oidc.Configuration> {
  const { issuer, clientId } = connection.settings
  const secret = deps.openSecret(connection)
  const viaGuard: oidc.CustomFetch = (url, { method, headers, body }) =>
    deps.guardedFetch(url, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      timeoutMs: TIMEOUT_S * 1000,
    })
  const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    [oidc.customFetch]: viaGuard,
    timeout: TIMEOUT_S,
    execute: isPlain(connection) ? [oidc.allowInsecureRequests] : [],
  })
  const metadata = found.serverMetadata()
  if (metadata.issuer !== issuer && metadata.issuer !== `${issuer}/` && `${metadata.issuer}/` !== issuer)
    throw refuse('SignOnFailed', undefined, { check: 'oidc.issuer' })
  const methods = metadata.token_endpoint_auth_methods_supported
  // Not every provider decodes a secret in the header as the standard writes it; in the body there is one way only.
  const isByPost = methods?.includes('client_secret_post') ?? false
  const authentication =
    secret === null ? oidc.None() : isByPost ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret)
  const configuration = new oidc.Configuration(metadata, clientId, { [oidc.clockTolerance]: SKEW_S }, authentication)
  configuration[oidc.customFetch] = viaGuard
  configuration.timeout = TIMEOUT_S
  if (isPlain(connection)) oidc.allowInsecureRequests(configuration)
  // The signature is checked although the token came over TLS from the provider itself.
  oidc.enableNonRepudiationChecks(configuration)
  return configuration
}

type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

async function believe(
  trail: Trail,
  connection: OidcConnection,
  configuration: oidc.Configuration,
  tokens: Tokens,
): Promise<Assertion> {
  const { issuer, clientId } = connection.settings
  const claims = tokens.claims()
  if (!claims || tokens.id_token === undefined) return trail.fail('oidc.id_token')
  const algorithm = algorithmOf(tokens.id_token)
  trail.demand(ALGORITHMS.has(algorithm), 'oidc.signature', algorithm)
  trail.demand(claims.iss === configuration.serverMetadata().issuer, 'oidc.claim.iss', claims.iss, issuer)
  const audience = [claims.aud].flat()
  trail.demand(audience.includes(clientId), 'oidc.claim.aud', audience.join(' '), clientId)
  const azp = claims['azp']
  if (azp !== undefined || audience.length > 1) trail.demand(azp === clientId, 'oidc.claim.azp', String(azp), clientId)
  trail.ok('oidc.claim.exp', new Date(claims.exp * 1000).toISOString())
  trail.ok('oidc.claim.nonce')
  trail.demand(claims.sub !== '' && claims.sub.length <= 500, 'oidc.claim.sub', claims.sub)
  let said: Readonly<Record<string, unknown>> = claims
  if (claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined) {
    const more = await oidc
      .fetchUserInfo(configuration, tokens.access_token, claims.sub)
      .catch((error: unknown) => failWith(trail, error, 'oidc.userinfo', claims.sub))
    trail.ok('oidc.userinfo')
    said = { ...more, ...claims }
  }
  const attributes = readClaims(said)
  trail.receive(attributes)
  return {
    subject: claims.sub,
    answerId: createHash('sha256').update(tokens.id_token).digest('hex'),
    answerEndsAt: new Date((claims.exp + SKEW_S) * 1000),
    attributes,
    isEmailVouched: said['email_verified'] === true || said['email_verified'] === 'true',
    amr: Array.isArray(claims['amr']) ? claims['amr'].map(String) : [],
  }
}

function algorithmOf(token: string): string {
  const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'))
  return String((header as { alg?: unknown }).alg)
}
