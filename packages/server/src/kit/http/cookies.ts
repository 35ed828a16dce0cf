const MAX_HEADER = 8192
const MAX_COOKIES = 100

/** `__Host-` ties a cookie to this host, which browsers allow over https only. */
export function hostCookieName(publicUrl: string, names: { readonly secure: string; readonly plain: string }): string {
  return publicUrl.startsWith('https:') ? `__Host-${names.secure}` : names.plain
}

/** `Set-Cookie` for this host alone, hidden from scripts; `maxAgeS` 0 removes it. */
export function renderHostCookie(
  publicUrl: string,
  cookie: {
    readonly name: string
    readonly value: string
    readonly maxAgeS: number
    readonly sameSite: 'Lax' | 'Strict'
  },
): string {
  const { name, value, maxAgeS, sameSite } = cookie
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeS}${secure}`
}

/** The first of these cookies that has a value. */
export function readCookie(header: string | undefined, names: readonly string[]): string | null {
  if (header === undefined || header.length > MAX_HEADER) return null
  const found = new Map<string, string>()
  for (const part of header.split(';').slice(0, MAX_COOKIES)) {
    const equals = part.indexOf('=')
    const name = part.slice(0, equals).trim()
    if (equals > 0 && !found.has(name)) found.set(name, part.slice(equals + 1).trim())
  }
  for (const name of names) {
    const value = found.get(name)
    if (value) return value
  }
  return null
}
