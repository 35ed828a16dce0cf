const MAX_CLAIMS = 200
const MAX_VALUES = 2_000
const MAX_LENGTH = 2_000
const MAX_DEPTH = 3
/** What the protocol itself needs says nothing about the person. */
const OF_THE_PROTOCOL = new Set(
  'iss aud azp exp iat nbf jti nonce at_hash c_hash s_hash auth_time sid typ session_state acr'.split(' '),
)

/** Claims as texts; what lies deeper has a dotted name (`realm_access.roles`). */
export function readClaims(claims: Readonly<Record<string, unknown>>): Map<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>()
  const visit = (value: unknown, name: string, depth: number): void => {
    if (attributes.size >= MAX_CLAIMS) return
    const texts = textsOf(value)
    if (texts.length > 0) attributes.set(name, texts)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < MAX_DEPTH)
      for (const [key, inner] of Object.entries(value)) visit(inner, `${name}.${key}`, depth + 1)
  }
  for (const [name, value] of Object.entries(claims)) if (!OF_THE_PROTOCOL.has(name)) visit(value, name, 1)
  return attributes
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value))
    return value.slice(0, MAX_VALUES).flatMap((inner) => (Array.isArray(inner) ? [] : textsOf(inner)))
  if (typeof value === 'string') return [value.slice(0, MAX_LENGTH)]
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}
