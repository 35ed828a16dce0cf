import { hostCookieName, readCookie, renderHostCookie } from '../../kit/http/cookies.js'

/** What a request carries to show who it is from; at most one is believed. */
export type SentCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly secret: string }
  | { readonly kind: 'session'; readonly secret: string }
  /** Credentials that cannot be read; they are refused, not ignored. */
  | { readonly kind: 'malformed' }

const MAX_HEADER = 4096

/** Reads `Authorization` (Bearer, or Basic as git sends it) before the cookie: a client that sends a token means it. */
export function readCredential(
  headers: { readonly authorization: string | undefined; readonly cookie: string | undefined },
  cookieNames: readonly string[],
): SentCredential {
  if (headers.authorization !== undefined && headers.authorization !== '')
    return readAuthorization(headers.authorization)
  const secret = readCookie(headers.cookie, cookieNames)
  return secret === null ? { kind: 'none' } : { kind: 'session', secret }
}

function readAuthorization(header: string): SentCredential {
  if (header.length > MAX_HEADER) return { kind: 'malformed' }
  const [, scheme = '', value = ''] = /^([A-Za-z]+)\s+(\S+)\s*$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return { kind: 'token', secret: value }
  if (scheme.toLowerCase() !== 'basic') return { kind: 'malformed' }
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return { kind: 'malformed' }
  // Any user name will do; some tools put the token in its place and leave the password empty.
  const secret = decoded.slice(colon + 1) || decoded.slice(0, colon)
  return secret === '' ? { kind: 'malformed' } : { kind: 'token', secret }
}

/** The session cookie's name. */
export function sessionCookieName(publicUrl: string): string {
  return hostCookieName(publicUrl, { secure: 'stoa', plain: 'stoa_session' })
}

/** The Hub's own cookie name; believed in lenient mode, where a client suite sends it. */
export const HUB_COOKIE = 'token'

/** `Set-Cookie` of a session; `maxAgeS` 0 removes it. */
export function renderSessionCookie(publicUrl: string, secret: string, maxAgeS: number): string {
  return renderHostCookie(publicUrl, { name: sessionCookieName(publicUrl), value: secret, maxAgeS, sameSite: 'Lax' })
}
