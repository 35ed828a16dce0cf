import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { PlatformDuty } from '../../../kit/http/actor.js'
import type { AccountsDeps } from '../deps.js'
import { type AccountRow, countAdmins, updateUser } from '../queries/accounts.js'
import { unconfirmSessionsOf } from '../queries/credentials.js'
import { listDuties, replaceDuties } from '../queries/standing.js'

/** Whoever checks what others did does not do it as well. */
const APART: readonly (readonly [PlatformDuty, PlatformDuty])[] = [
  ['auditor', 'owner'],
  ['auditor', 'operator'],
  ['auditor', 'trust_lead'],
  ['auditor', 'moderator'],
  ['auditor', 'verifier'],
]

/** Two duties of these that nobody holds at once, or null. */
export function findDutyConflict(duties: readonly PlatformDuty[]): readonly [PlatformDuty, PlatformDuty] | null {
  return APART.find(([one, other]) => duties.includes(one) && duties.includes(other)) ?? null
}

/**
 * Makes these the duties of a user; `owner` among them makes an admin of the platform. `byId` is null when the machine says so.
 * Throws `DutyConflict` for duties that are kept apart and for one's own, `LastAdmin` when nobody would be left in charge.
 */
export async function setPlatformDuties(
  tx: Tx,
  deps: AccountsDeps,
  user: AccountRow,
  change: { readonly duties: readonly PlatformDuty[]; readonly byId: string | null },
): Promise<void> {
  const duties = [...new Set(change.duties)].sort()
  const conflict = findDutyConflict(duties)
  if (conflict) throw refuse('DutyConflict', `Nobody is ${conflict.join(' and ')} at once.`)
  if (change.byId === user.id) throw refuse('DutyConflict', 'Duties are given by somebody else.')
  const isOwner = duties.includes('owner')
  if (user.isAdmin && !isOwner && (await countAdmins(tx, user.id)) === 0) {
    throw refuse('LastAdmin', `${user.name} is the only admin of this platform. Name another one first.`)
  }
  const before = await dutiesOf(tx, user)
  if (before.join() === duties.join()) return
  const others = duties.filter((duty) => duty !== 'owner')
  await replaceDuties(tx, user.id, others, { by: change.byId, at: deps.clock.now() })
  await unconfirmSessionsOf(tx, user.id)
  if (user.isAdmin !== isOwner) await updateUser(tx, user.id, { isAdmin: isOwner })
  await deps.audit.record(tx, {
    chain: 'platform',
    action: 'admin.duties',
    target: { type: 'user', id: user.id },
    before: { duties: before },
    after: { duties },
  })
}

/** Every duty of a user, `owner` included, sorted. */
export async function dutiesOf(tx: Tx, user: AccountRow): Promise<PlatformDuty[]> {
  const others = (await listDuties(tx, [user.id])).get(user.id) ?? []
  return (user.isAdmin ? ['owner' as const, ...others] : others).sort()
}
