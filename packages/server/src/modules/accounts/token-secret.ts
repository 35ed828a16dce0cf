import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 40
const CHECKSUM_LENGTH = 6
/** Largest multiple of 62 in a byte: higher bytes would favour the first letters. */
const FAIR_BYTES = 248

/** The start of every access token. The Hub's JavaScript client refuses any other (ADR 0006). */
export const TOKEN_PREFIX = 'hf_'

/** The start of a secret by who holds it: a person, an app, a build job; refresh tokens are no bearer tokens, and those of provisioning open only SCIM. */
export const SECRET_PREFIXES = {
  person: TOKEN_PREFIX,
  app: 'hf_oauth_',
  job: 'hf_jwt_',
  refresh: 'hf_refresh_',
  client: 'oauth_app_secret_',
  provisioning: 'hf_scim_',
} as const

const SECRET = new RegExp(
  `^(?:${Object.values(SECRET_PREFIXES).join('|')})[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`,
)

/** A new secret: prefix, 40 random base62 characters (238 bits), 6 checksum characters (ADR 0006). */
export function makeTokenSecret(
  random: (size: number) => Uint8Array = randomBytes,
  holder: keyof typeof SECRET_PREFIXES = 'person',
): string {
  const body = SECRET_PREFIXES[holder] + randomBase62(RANDOM_LENGTH, random)
  return body + checksumOf(body)
}

/** Whether a text is one of our secrets, told offline by its checksum; what secret scanners ask. */
export function isTokenSecret(text: string): boolean {
  return SECRET.test(text) && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
}

/** A secret for cookies and one-time links: 43 characters, 256 bits, safe in an address. */
export function makeLinkSecret(random: (size: number) => Uint8Array = randomBytes): string {
  return Buffer.from(random(32)).toString('base64url')
}

/** What is stored and looked up in place of a secret: SHA-256, hex. Secrets have ≥ 200 random bits, so no salt is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function randomBase62(length: number, random: (size: number) => Uint8Array): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < FAIR_BYTES && text.length < length) text += ALPHABET[byte % 62]
    }
  }
  return text
}

function checksumOf(body: string): string {
  let value = crc32(body)
  let text = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    text = ALPHABET[value % 62] + text
    value = Math.floor(value / 62)
  }
  return text
}
