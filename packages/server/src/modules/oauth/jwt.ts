import { createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto'

const MAX_TOKEN = 16_384
const MIN_RSA_BITS = 2048

/** A token in three parts, not yet believed. */
export interface DecodedJwt {
  readonly header: { readonly alg: string; readonly kid: string | null }
  readonly claims: Readonly<Record<string, unknown>>
  readonly signed: string
  readonly signature: Buffer
}

interface Algorithm {
  readonly kty: string
  readonly hash: string
  readonly crv?: string
  readonly isPss?: boolean
}

/** Signatures with a public key only: `none` and shared secrets are not here, so they cannot be asked for. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  PS256: { kty: 'RSA', hash: 'sha256', isPss: true },
  ES256: { kty: 'EC', hash: 'sha256', crv: 'P-256' },
  ES384: { kty: 'EC', hash: 'sha384', crv: 'P-384' },
}

/** A compact RS256 token. */
export function signJwt(claims: object, key: { readonly kid: string; readonly privateKey: KeyObject }): string {
  const header = { alg: 'RS256', typ: 'JWT', kid: key.kid }
  const signed = `${encodePart(header)}.${encodePart(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`
}

/** Reads a compact token without believing it; null when it is none. */
export function decodeJwt(token: string): DecodedJwt | null {
  if (token.length > MAX_TOKEN) return null
  const [, head, body, tail] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token) ?? []
  if (head === undefined || body === undefined || tail === undefined) return null
  const header = decodePart(head)
  const claims = decodePart(body)
  if (!header || !claims || typeof header['alg'] !== 'string' || header['crit'] !== undefined) return null
  const kid = typeof header['kid'] === 'string' ? header['kid'] : null
  return {
    header: { alg: header['alg'], kid },
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(tail, 'base64url'),
  }
}

/** Whether one of the issuer's keys made the signature, with the algorithm the key is for. */
export function isSignedBy(token: DecodedJwt, keys: readonly JsonWebKey[]): boolean {
  const algorithm = ALGORITHMS[token.header.alg]
  if (!algorithm) return false
  const { kid } = token.header
  return keys
    .filter((key) => key.kty === algorithm.kty && (kid === null || key['kid'] === kid))
    .filter((key) => key['use'] === undefined || key['use'] === 'sig')
    .filter((key) => key['alg'] === undefined || key['alg'] === token.header.alg)
    .filter((key) => algorithm.crv === undefined || key.crv === algorithm.crv)
    .some((jwk) => isMadeBy(token, jwk, algorithm))
}

function isMadeBy(token: DecodedJwt, jwk: JsonWebKey, { hash, kty, isPss }: Algorithm): boolean {
  let key: KeyObject
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // A key that cannot be read signs nothing; the issuer's others are still asked.
    return false
  }
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (kty === 'RSA' && (bits === undefined || bits < MIN_RSA_BITS)) return false
  // 6 is RSA_PKCS1_PSS_PADDING; the length of the salt is that of the hash.
  const options =
    kty === 'EC' ? { key, dsaEncoding: 'ieee-p1363' as const } : isPss ? { key, padding: 6, saltLength: 32 } : key
  return verify(hash, Buffer.from(token.signed), options, token.signature)
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decodePart(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
