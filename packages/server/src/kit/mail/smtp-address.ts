/** Where letters are handed to, read from `smtp://user:password@host:587?tls=required`. */
export interface SmtpAddress {
  readonly host: string
  readonly port: number
  /** `direct`: TLS from the first byte. `required`: STARTTLS or nothing. `optional`: STARTTLS when offered. */
  readonly tls: 'direct' | 'required' | 'optional' | 'none'
  readonly auth: { readonly user: string; readonly pass: string } | null
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Null when it cannot be used. Credentials never travel in the clear to another machine. */
export function parseSmtpAddress(text: string): SmtpAddress | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const isDirect = url.protocol === 'smtps:'
  const isLocal = LOOPBACK.test(url.hostname)
  if ((!isDirect && url.protocol !== 'smtp:') || url.hostname === '') return null
  const asked = url.searchParams.get('tls') ?? (isLocal ? 'optional' : 'required')
  if (asked !== 'required' && asked !== 'optional' && asked !== 'none') return null
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  if (user !== '' && !isLocal && !isDirect && asked !== 'required') return null
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isDirect ? 465 : 587) : Number(url.port),
    tls: isDirect ? 'direct' : asked,
    auth: user === '' ? null : { user, pass },
  }
}
