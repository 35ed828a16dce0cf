import { createHash, timingSafeEqual } from 'node:crypto'

const CHALLENGE = /^[\w-]{43}$/
const VERIFIER = /^[\w.~-]{43,128}$/

/** Whether a text can be an S256 challenge. */
export function isChallenge(text: string): boolean {
  return CHALLENGE.test(text)
}

/** Whether the verifier is the one the challenge was made of (RFC 7636, S256 only). */
export function provesChallenge(challenge: string, verifier: string): boolean {
  if (!VERIFIER.test(verifier)) return false
  const made = createHash('sha256').update(verifier).digest('base64url')
  return timingSafeEqual(Buffer.from(made), Buffer.from(challenge))
}
