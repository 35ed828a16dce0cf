import { randomBytes } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { SigninDeps } from '../deps.js'
import { type Challenge, deleteExpiredChallenges, insertChallenge, takeChallenge } from '../queries/challenges.js'

const LIFE_MS = 5 * 60_000
const CHALLENGE_BYTES = 32

/** What a challenge is for; an answer in another place is refused. */
export type ChallengePlace = Pick<Challenge, 'purpose' | 'userId' | 'boundTo'>

/** Makes a challenge that is good for five minutes, once, in this place; base64url. */
export async function makeChallenge(deps: SigninDeps, place: ChallengePlace): Promise<string> {
  const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url')
  const createdAt = deps.clock.now()
  await deps.write(async (tx) => {
    await deleteExpiredChallenges(tx, createdAt)
    await insertChallenge(tx, {
      challenge,
      ...place,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + LIFE_MS),
    })
  })
  return challenge
}

/** Takes the challenge an answer was signed over. Throws `PasskeyRefused` when it is not ours, old, used, or of another place. */
export async function redeemChallenge(
  deps: SigninDeps,
  clientDataJson: string,
  place: ChallengePlace,
): Promise<string> {
  const challenge = readChallenge(clientDataJson)
  const taken = challenge === null ? null : await deps.write((tx) => takeChallenge(tx, challenge))
  const isGood =
    taken !== null &&
    taken.expiresAt > deps.clock.now() &&
    taken.purpose === place.purpose &&
    taken.userId === place.userId &&
    taken.boundTo === place.boundTo
  if (!isGood) throw refuse('PasskeyRefused', 'This passkey answered too late, or to another question. Try again.')
  return taken.challenge
}

function readChallenge(clientDataJson: string): string | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'))
    const challenge = (data as { challenge?: unknown } | null)?.challenge
    return typeof challenge === 'string' && challenge.length <= 100 ? challenge : null
  } catch {
    return null
  }
}
