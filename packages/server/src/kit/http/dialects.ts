import type { Family, StoaError } from '@stoa/contracts'

/** How one family writes a refusal: body, and headers beside those of the error itself. */
export interface RenderedError {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
  readonly contentType: string
}

type Render = (error: StoaError, requestId: string) => RenderedError

const JSON_TYPE = 'application/json; charset=utf-8'

const hub: Render = (error) => ({
  status: error.status,
  headers: { ...error.headers, 'x-error-code': error.code, 'x-error-message': headerText(error.message) },
  body: { ...error.detail, error: error.message },
  contentType: JSON_TYPE,
})

/** Git and git-lfs ask for a password only when a 401 names a scheme. */
function challenge(error: StoaError, ...more: string[]): Record<string, string> {
  if (error.status !== 401) return { ...error.headers }
  const names = ['www-authenticate', ...more]
  return { ...Object.fromEntries(names.map((name) => [name, 'Basic realm="Stoa"'])), ...error.headers }
}

const lfs: Render = (error, requestId) => ({
  status: error.status,
  headers: {
    ...challenge(error, 'lfs-authenticate'),
    'x-error-code': error.code,
    'x-error-message': headerText(error.message),
  },
  body: { message: error.message, request_id: requestId },
  contentType: 'application/vnd.git-lfs+json',
})

const git: Render = (error) => ({
  status: error.status,
  headers: { ...challenge(error), 'x-error-code': error.code, 'x-error-message': headerText(error.message) },
  body: `${error.message}\n`,
  contentType: 'text/plain; charset=utf-8',
})

const openai: Render = (error) => ({
  status: error.status,
  headers: { ...error.headers, ...(error.status === 402 ? { 'x-should-retry': 'false' } : {}) },
  body: {
    error: {
      ...error.detail,
      message: error.message,
      type: error.detail['type'] ?? openaiType(error.status),
      param: error.detail['param'] ?? null,
      code: error.detail['code'] ?? error.code,
    },
  },
  contentType: JSON_TYPE,
})

const stoa: Render = (error) => ({
  status: error.status,
  headers: error.headers,
  body: { error: { code: error.code, message: error.message, detail: error.detail } },
  contentType: JSON_TYPE,
})

/** The standard's own word for a refusal: `OauthInvalidGrant` is `invalid_grant`. */
export function oauthError(error: Pick<StoaError, 'code' | 'status'>): string {
  const own = /^Oauth(.+)$/.exec(error.code)?.[1]
  if (own !== undefined) return own.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase()
  if (error.status === 401) return 'invalid_token'
  if (error.status === 403) return 'insufficient_scope'
  if (error.status === 429) return 'slow_down'
  return error.status >= 500 ? 'server_error' : 'invalid_request'
}

const oauth: Render = (error) => {
  const name = oauthError(error)
  // An app that is not believed is challenged only in the way it tried (RFC 6749 §5.2): whoever refuses it says so.
  const isChallenge = (error.status === 401 || error.status === 403) && name !== 'invalid_client'
  return {
    status: error.status,
    headers: {
      'cache-control': 'no-store',
      ...(isChallenge ? { 'www-authenticate': `Bearer realm="Stoa", error="${name}"` } : {}),
      ...error.headers,
      'x-error-code': error.code,
      'x-error-message': headerText(error.message),
    },
    body: { error: name, error_description: error.message },
    contentType: JSON_TYPE,
  }
}

const SCIM_WORDS = new Set([
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
])

/** The standard's own word for a refusal (RFC 7644 §3.12); null where it has none. */
function scimType(error: Pick<StoaError, 'code' | 'status'>): string | null {
  const own = error.code.replace(/^Scim/, '').replace(/^./, (letter) => letter.toLowerCase())
  if (SCIM_WORDS.has(own)) return own
  return error.code === 'InvalidBody' || error.code === 'InvalidRequest' ? 'invalidSyntax' : null
}

const scim: Render = (error) => {
  const word = scimType(error)
  return {
    status: error.status,
    headers: {
      ...(error.status === 401 ? { 'www-authenticate': 'Bearer realm="Stoa"' } : {}),
      ...error.headers,
      'x-error-code': error.code,
    },
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(error.status),
      ...(word === null ? {} : { scimType: word }),
      detail: error.message,
    },
    contentType: 'application/scim+json; charset=utf-8',
  }
}

/** One renderer per family; `houses.md` 4.8. */
export const DIALECTS: Record<Family, Render> = {
  hub,
  lfs,
  git,
  xet: hub,
  storage: hub,
  openai,
  inference: hub,
  oauth,
  scim,
  stoa,
  web: stoa,
}

/** The type an OpenAI client expects for a status (compute.md 10.1). */
export function openaiType(status: number): string {
  if (status === 402) return 'insufficient_quota'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_exceeded'
  if (status === 503) return 'server_overloaded'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

const MAX_HEADER_TEXT = 500

/** A legal header value: printable Latin-1 without line breaks; the whole text stays in the body. */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ').slice(0, MAX_HEADER_TEXT)
}
