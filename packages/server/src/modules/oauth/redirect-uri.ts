const MAX_LENGTH = 500
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** RFC 8252 §7.1: a scheme of a program of one's own is a reversed domain name, so it has a dot. */
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

/** Why an address cannot be one that people are sent back to; null when it can. */
export function findRedirectProblem(uri: string): string | null {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  const url = parseUrl(uri)
  if (!url) return 'is not an address'
  if (uri.includes('#')) return 'has a fragment'
  if (url.username !== '' || url.password !== '') return 'has a user name in it'
  if (/[\s\\*]/.test(uri)) return 'has a character that addresses cannot have'
  if (url.protocol === 'https:') return null
  if (url.protocol === 'http:') return isLoopback(url) ? null : 'is http and not on this machine'
  return PRIVATE_SCHEME.test(url.protocol) ? null : 'has a scheme that browsers are not sent to'
}

/**
 * Whether a sent address is a registered one: the same text, or the same loopback address on another port, because a
 * program on somebody's machine takes a free one (RFC 8252 §7.3).
 */
export function matchesRedirect(registered: readonly string[], sent: string): boolean {
  if (registered.includes(sent)) return true
  const asked = parseUrl(sent)
  if (!asked || !isLoopback(asked) || findRedirectProblem(sent) !== null) return false
  return registered.some((uri) => {
    const known = parseUrl(uri)
    return known !== null && isLoopback(known) && withoutPort(known) === withoutPort(asked)
  })
}

/** Whether only this app can receive what is sent there: a web address of its own. Any program may listen on the rest. */
export function isExclusive(uri: string): boolean {
  return parseUrl(uri)?.protocol === 'https:'
}

/** What a person is shown of an address: its host, or the scheme of a program. */
export function describeDestination(uri: string): string {
  const url = new URL(uri)
  return url.host === '' ? url.protocol.slice(0, -1) : url.host
}

function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && LOOPBACK.has(url.hostname)
}

function withoutPort(url: URL): string {
  return `${url.hostname}${url.pathname}${url.search}`
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
