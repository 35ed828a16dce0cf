import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { UserActor } from '../../../kit/http/actor.js'
import type { AccountsDeps } from '../deps.js'
import { type AccountRow, countAdmins, updateAccount } from '../queries/accounts.js'

/**
 * Suspends an account: its credentials are refused at every door, for an organisation its roles count for nothing. What it owns
 * stays. Throws `Conflict` for oneself, removed accounts, and owners when somebody else asks; `LastAdmin`.
 */
export async function suspendAccount(
  tx: Tx,
  deps: AccountsDeps,
  account: AccountRow,
  { by, reason }: { readonly by: UserActor | null; readonly reason: string },
): Promise<void> {
  if (account.state !== 'active') throw refuse('Conflict', `${account.name} is ${account.state}.`)
  if (by?.userId === account.id) throw refuse('Conflict', 'Nobody suspends themselves.')
  if (account.isAdmin && by && !by.isAdmin) throw refuse('Conflict', 'An owner is suspended by another owner only.')
  if (account.isAdmin && (await countAdmins(tx, account.id)) === 0) throw refuse('LastAdmin')
  // Sessions and tokens sleep; whoever was on the way in begins again.
  await deps.secondFactors().endHalves(tx, account.id)
  await change(tx, deps, account, { state: 'suspended', suspendedReason: reason })
}

/** Ends a suspension. Throws `Conflict` when there is none. */
export async function restoreAccount(tx: Tx, deps: AccountsDeps, account: AccountRow): Promise<void> {
  if (account.state !== 'suspended') throw refuse('Conflict', `${account.name} is ${account.state}.`)
  await change(tx, deps, account, { state: 'active', suspendedReason: null })
}

async function change(
  tx: Tx,
  deps: AccountsDeps,
  account: AccountRow,
  to: { readonly state: 'active' | 'suspended'; readonly suspendedReason: string | null },
): Promise<void> {
  await updateAccount(tx, account.id, to, deps.clock.now())
  await deps.audit.record(tx, {
    chain: 'platform',
    action: to.state === 'suspended' ? 'admin.suspend' : 'admin.restore',
    target: { type: account.kind, id: account.id },
    before: { state: account.state },
    after: { state: to.state },
    ...(to.suspendedReason === null ? {} : { reason: to.suspendedReason }),
  })
}

/** Says that an account is who it claims to be, or no longer. */
export async function setVerified(tx: Tx, deps: AccountsDeps, account: AccountRow, verified: boolean): Promise<void> {
  if ((account.verifiedAt !== null) === verified) return
  const now = deps.clock.now()
  await updateAccount(tx, account.id, { verifiedAt: verified ? now : null }, now)
  await deps.audit.record(tx, {
    chain: 'platform',
    action: 'admin.verify',
    target: { type: account.kind, id: account.id },
    before: { verified: !verified },
    after: { verified },
  })
}
