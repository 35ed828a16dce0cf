import { authorizeParams, type AuthorizeParams, type ErrorCode, type OauthScope, refuse } from '@stoa/contracts'
import { oauthError } from '../../kit/http/dialects.js'
import type { Db } from '../../kit/db/database.js'
import { findOauthApp, type OauthAppRow } from './queries/apps.js'
import { isChallenge } from './pkce.js'
import { matchesRedirect } from './redirect-uri.js'
import { DEFAULT_SCOPES, readScopes } from './scopes.js'

const MAX_STATE = 4000
const MAX_NONCE = 500
const MAX_ORGS = 500
const PROMPTS = new Set(['none', 'login', 'consent', 'select_account'])

/** What an app asks for, in order: the app exists, the address is its own, and PKCE is there when it must be. */
export interface AuthorizeRequest {
  readonly app: OauthAppRow
  readonly redirectUri: string
  readonly scopes: readonly OauthScope[]
  readonly state: string | null
  readonly nonce: string | null
  readonly codeChallenge: string | null
  readonly prompts: ReadonlySet<string>
  readonly maxAgeS: number | null
  readonly orgIds: readonly string[]
}

/**
 * Reads a request. Throws `OauthInvalidClient` and `OauthInvalidRedirectUri`, which only the person may be told: an
 * address that is not the app's is never gone to. Anything else that is wrong becomes `to`, the app's own address
 * with the error.
 */
export async function readAuthorizeRequest(
  db: Db,
  issuer: string,
  params: AuthorizeParams,
): Promise<AuthorizeRequest | { readonly to: string }> {
  const app = params.client_id === undefined ? null : await findOauthApp(db, params.client_id)
  if (!app) throw refuse('OauthInvalidClient', 'This app is not known here.', {}, { status: 400 })
  const redirectUri = params.redirect_uri
  if (redirectUri === undefined || !matchesRedirect(app.redirectUris, redirectUri)) {
    throw refuse('OauthInvalidRedirectUri', 'The app asked to send you to an address it has not registered.')
  }
  const state = params.state ?? null
  const problem = findProblem(app, params)
  if (problem) return { to: errorAddress({ redirectUri, state }, issuer, ...problem) }
  try {
    return { ...readRest(app, params), app, redirectUri, state }
  } catch (error) {
    return { to: errorAddress({ redirectUri, state }, issuer, 'OauthInvalidScope', (error as Error).message) }
  }
}

function findProblem(app: OauthAppRow, params: AuthorizeParams): [ErrorCode, string] | null {
  if (params.response_type !== 'code')
    return ['OauthUnsupportedResponseType', 'Only response_type=code is answered here.']
  const bad = (text: string): [ErrorCode, string] => ['OauthInvalidRequest', text]
  if (params.response_mode !== undefined && params.response_mode !== 'query')
    return bad('Only response_mode=query is answered here.')
  if ((params.state?.length ?? 0) > MAX_STATE) return bad('The state is too long.')
  if ((params.nonce?.length ?? 0) > MAX_NONCE) return bad('The nonce is too long.')
  if (params.code_challenge === undefined) {
    if (params.code_challenge_method !== undefined) return bad('code_challenge is missing.')
    if (app.secretHash === null) return bad('An app without a secret must use PKCE: send code_challenge.')
  } else {
    // Without a method the standard means `plain`, which shows the verifier to whoever sees the request.
    if (params.code_challenge_method !== 'S256') return bad('Only code_challenge_method=S256 is answered here.')
    if (!isChallenge(params.code_challenge)) return bad('The code_challenge is not one.')
  }
  const prompts = promptsOf(params)
  if (prompts.some((prompt) => !PROMPTS.has(prompt))) return bad('This prompt is not known here.')
  if (prompts.includes('none') && prompts.length > 1) return bad('prompt=none stands alone.')
  if (params.max_age !== undefined && !/^\d{1,9}$/.test(params.max_age))
    return bad('max_age is not a number of seconds.')
  return null
}

const promptsOf = ({ prompt }: AuthorizeParams): string[] => (prompt ?? '').split(' ').filter((one) => one !== '')

function readRest(app: OauthAppRow, params: AuthorizeParams) {
  const asked = params.scope ?? DEFAULT_SCOPES.filter((scope) => app.scopes.includes(scope)).join(' ')
  return {
    scopes: readScopes(asked, app.scopes),
    nonce: params.nonce ?? null,
    codeChallenge: params.code_challenge ?? null,
    prompts: new Set(promptsOf(params)),
    maxAgeS: params.max_age === undefined ? null : Number(params.max_age),
    orgIds: (params.orgIds ?? '')
      .split(',')
      .filter((id) => id !== '')
      .slice(0, MAX_ORGS),
  }
}

type Return = Pick<AuthorizeRequest, 'redirectUri' | 'state'>

/** The app's address with an answer; `iss` says who answers, so that an app with several providers cannot be mixed up (RFC 9207). */
export function answerAddress(request: Return, issuer: string, answer: Readonly<Record<string, string>>): string {
  const url = new URL(request.redirectUri)
  const fields = { ...answer, ...(request.state === null ? {} : { state: request.state }), iss: issuer }
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value)
  return url.href
}

export function errorAddress(request: Return, issuer: string, code: ErrorCode, text: string): string {
  return answerAddress(request, issuer, { error: oauthError({ code, status: 400 }), error_description: text })
}

/** The sign-in page, which leads on to the question; having signed in answers `prompt=login`. */
export function signInPage(params: AuthorizeParams): string {
  const prompt = params.prompt
    ?.split(' ')
    .filter((one) => one !== 'login')
    .join(' ')
  const { prompt: _, ...rest } = params
  const next = consentPage({ ...rest, ...(prompt ? { prompt } : {}) })
  return `/login?${new URLSearchParams({ next })}`
}

/** The page that asks the person; it gets the app's parameters as one opaque text, which no router of pages rewrites. */
export function consentPage(params: AuthorizeParams): string {
  const sent = Object.entries(params).filter((field): field is [string, string] => field[1] !== undefined)
  return `/oauth/consent?request=${Buffer.from(String(new URLSearchParams(sent))).toString('base64url')}`
}

/** The app's parameters as the page got them; throws `OauthInvalidRequest`. */
export function readConsentRequest(request: string): AuthorizeParams {
  const fields = [...new URLSearchParams(Buffer.from(request, 'base64url').toString('utf8'))]
  const parsed = authorizeParams.safeParse(Object.fromEntries(fields))
  if (!parsed.success || new Set(fields.map(([name]) => name)).size !== fields.length)
    throw refuse('OauthInvalidRequest')
  return parsed.data
}
