import { refuse } from '@stoa/contracts'
import { personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, isEmailTaken, listClaimsOf, updateUser } from './queries/accounts.js'
import { recordAccount } from './record-change.js'

/** Gives a person an address that is proven to be theirs. Throws `EmailTaken`. */
export async function setVerifiedEmail(tx: Tx, deps: AccountsDeps, user: AccountRow, email: string): Promise<void> {
  if (await isEmailTaken(tx, email, user.id)) throw refuse('EmailTaken')
  await dropClaims(tx, deps, email, user.id)
  await updateUser(tx, user.id, { email, emailVerifiedAt: deps.clock.now() })
  const before = { email: personal(user.id, user.email), emailVerified: user.emailVerifiedAt !== null }
  const after = { email: personal(user.id, email), emailVerified: true }
  await recordAccount(tx, deps, user, { action: 'user.update', before, after })
}

/** Somebody proved to have an address: others who wrote it down on sign-up were wrong, or hoped to be taken for its owner. */
export async function dropClaims(tx: Tx, deps: AccountsDeps, email: string, exceptUserId: string): Promise<void> {
  for (const claimant of await listClaimsOf(tx, email, exceptUserId)) {
    await updateUser(tx, claimant.id, { email: null })
    const before = { email: personal(claimant.id, claimant.email) }
    await recordAccount(tx, deps, claimant, { action: 'user.update', before, after: { email: null } })
  }
}
