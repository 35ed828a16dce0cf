import type { Tx } from '../../../kit/db/database.js'

/** What a passkey was asked to sign, for what, and in which session or half sign-in. */
export interface Challenge {
  readonly challenge: string
  readonly purpose: 'register' | 'sign_in' | 'second' | 'confirm'
  readonly userId: string | null
  readonly boundTo: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertChallenge(tx: Tx, challenge: Challenge): Promise<void> {
  await tx.insertInto('signin.challenges').values(challenge).execute()
}

/** Takes a challenge, right or wrong: nobody tries twice. */
export async function takeChallenge(tx: Tx, challenge: string): Promise<Challenge | null> {
  const row = await tx
    .deleteFrom('signin.challenges')
    .where('challenge', '=', challenge)
    .returningAll()
    .executeTakeFirst()
  return row ? { ...row, purpose: row.purpose as Challenge['purpose'] } : null
}

export async function deleteExpiredChallenges(tx: Tx, now: Date): Promise<void> {
  await tx.deleteFrom('signin.challenges').where('expiresAt', '<=', now).execute()
}
