import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, countAdmins, updateAccount, updateUser } from './queries/accounts.js'
import { endSessionsOf } from './end-sessions.js'
import { deleteTokensOf } from './queries/credentials.js'
import { deleteMembershipsOf, listSoleAdminOrgs } from './queries/memberships.js'
import { recordAccount, recordMember } from './record-change.js'
import { replaceDuties } from './queries/standing.js'
import { retireLinks } from './queries/one-time-links.js'

/** Says why an account cannot go yet ("it holds 3 repositories"), or null; asked of the modules that keep things for accounts. */
export type RemovalGuard = (tx: Tx, accountId: string) => Promise<string | null>

/**
 * Removes an account: it can no longer sign in, belongs to nothing, and is shown nowhere. Its name stays reserved, so
 * that nobody inherits its addresses. Throws `LastAdmin` for the last admin of the platform or of an organisation.
 */
export async function removeAccount(
  tx: Tx,
  deps: AccountsDeps & { readonly removalGuards: readonly RemovalGuard[] },
  account: AccountRow,
): Promise<void> {
  const now = deps.clock.now()
  for (const findReason of deps.removalGuards) {
    const reason = await findReason(tx, account.id)
    if (reason !== null) throw refuse('Conflict', `${account.name} cannot be removed: ${reason}.`)
  }
  if (account.kind === 'user') {
    await checkReplaceable(tx, account)
    await endSessionsOf(tx, deps, account.id)
    await deleteTokensOf(tx, account.id)
    await deps.tokenSource().removeUser(tx, account.id)
    await retireLinks(tx, 'set_password', account.id, now)
    await updateUser(tx, account.id, { email: null, emailVerifiedAt: null, isAdmin: false })
  }
  await deps.orgSource().removeAccount(tx, account.id)
  await replaceDuties(tx, account.id, [], { by: null, at: now })
  for (const member of await deleteMembershipsOf(tx, account.id)) {
    await deps.orgSource().forgetMember(tx, member.orgId, member.userId)
    await recordMember(tx, deps, member, { action: 'org.remove_user', before: { role: member.role } })
  }
  await updateAccount(tx, account.id, { state: 'removed', fullname: account.name, website: null, details: null }, now)
  await recordAccount(tx, deps, account, { action: `${account.kind}.delete` })
}

async function checkReplaceable(tx: Tx, user: AccountRow): Promise<void> {
  if (user.isAdmin && (await countAdmins(tx, user.id)) === 0) {
    throw refuse('LastAdmin', `${user.name} is the only admin of this platform. Name another one first.`)
  }
  const [org] = await listSoleAdminOrgs(tx, user.id)
  if (org !== undefined) throw refuse('LastAdmin', `${user.name} is the only admin of ${org}. Name another one first.`)
}
