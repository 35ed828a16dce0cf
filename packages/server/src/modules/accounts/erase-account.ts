import { createHmac } from 'node:crypto'
import type { Db, Tx } from '../../kit/db/database.js'
import { deriveKey } from '../../kit/seal.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, countAdmins, findAccountRowById, updateAccount } from './queries/accounts.js'
import { endSessionsOf } from './end-sessions.js'
import { deleteTokensOf } from './queries/credentials.js'
import { deleteMembershipsOf, listSoleAdminOrgs } from './queries/memberships.js'
import { insertRetiredName, isNameRetired } from './queries/retired-names.js'
import { recordMember, recordSignIn } from './record-change.js'

type EraseDeps = AccountsDeps & { readonly instanceKey: Uint8Array }

/** Why a person cannot be erased yet, in words; empty when they can. */
export async function listErasureObstacles(db: Db | Tx, userId: string): Promise<string[]> {
  const user = await findAccountRowById(db, userId)
  if (!user) return []
  const orgs = await listSoleAdminOrgs(db, userId)
  const isLastAdmin = user.isAdmin && (await countAdmins(db, userId)) === 0
  return [
    ...orgs.map((org) => `You are the only admin of ${org}. Name another one, or delete the organisation.`),
    ...(isLastAdmin ? ['You are the only admin of this platform. Name another one first.'] : []),
  ]
}

/** Ends every credential of a person but for one session: what waits for erasure is used by nobody else. */
export async function closeDoors(tx: Tx, deps: AccountsDeps, userId: string, keepSessionId: string): Promise<void> {
  await deleteTokensOf(tx, userId)
  await deps.tokenSource().endTokensOf(tx, userId)
  await endSessionsOf(tx, deps, userId, keepSessionId)
  await recordSignIn(tx, deps, userId, { action: 'auth.session.revoke', reason: 'the account waits for its deletion' })
}

/**
 * The part of an erasure that the register cannot say: memberships end with an event in each organisation, the name is
 * not given again, and the account is removed. Everything else follows from the comments of the columns.
 */
export async function removeErased(tx: Tx, deps: EraseDeps, user: AccountRow): Promise<void> {
  for (const member of await deleteMembershipsOf(tx, user.id)) {
    await recordMember(tx, deps, member, { action: 'org.leave', before: { role: member.role } })
  }
  await insertRetiredName(tx, hashName(deps, user.name), deps.clock.now())
  await updateAccount(tx, user.id, { state: 'removed' }, deps.clock.now())
}

/** Whether somebody who was erased had this name. */
export function wasErasedName(tx: Db | Tx, deps: EraseDeps, name: string): Promise<boolean> {
  return isNameRetired(tx, hashName(deps, name))
}

function hashName({ instanceKey }: EraseDeps, name: string): Buffer {
  return createHmac('sha256', deriveKey(instanceKey, 'retired-names')).update(name.toLowerCase()).digest()
}
