import { refuse } from '@stoa/contracts'
import type { OrgDuty, Role } from '../../kit/http/actor.js'
import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, lockAccount } from './queries/accounts.js'
import { countMembers, deleteMembership, findRole, updateDuties, upsertMembership } from './queries/memberships.js'
import { recordMember } from './record-change.js'

interface Member {
  readonly orgId: string
  readonly userId: string
}

/** Adds a member or changes a role; what the role was. Throws `LastAdmin` when nobody would be left in charge. */
export async function setMembership(
  tx: Tx,
  deps: AccountsDeps,
  member: Member & { readonly role: Role },
): Promise<Role | null> {
  const before = await lockedRole(tx, member)
  if (before === member.role) return before
  if (before === 'admin') await keepAnAdmin(tx, member)
  await upsertMembership(tx, { ...member, now: deps.clock.now() })
  await recordMember(tx, deps, member, {
    action: before === null ? 'org.add_user' : 'org.change_role',
    ...(before === null ? {} : { before: { role: before } }),
    after: { role: member.role },
  })
  return before
}

/** Removes a member; what the role was, null when there was none. Throws `LastAdmin`. */
export async function removeMembership(
  tx: Tx,
  deps: AccountsDeps,
  member: Member & { readonly isLeaving?: boolean },
): Promise<Role | null> {
  const before = await lockedRole(tx, member)
  if (before === null) return null
  if (before === 'admin') await keepAnAdmin(tx, member)
  await deleteMembership(tx, member.orgId, member.userId)
  await deps.orgSource().forgetMember(tx, member.orgId, member.userId)
  const action = member.isLeaving ? 'org.leave' : 'org.remove_user'
  await recordMember(tx, deps, member, { action, before: { role: before } })
  return before
}

async function lockedRole(tx: Tx, { orgId, userId }: Member): Promise<Role | null> {
  await lockAccount(tx, orgId)
  return findRole(tx, orgId, userId)
}

async function keepAnAdmin(tx: Tx, { orgId }: Member): Promise<void> {
  if ((await countMembers(tx, orgId, 'admin')) < 2) {
    throw refuse('LastAdmin', 'An organisation has at least one admin. Name another one first.')
  }
}

/** Makes these the duties of a member beside the role. Throws `AccountNotFound` for somebody outside. */
export async function setDuties(
  tx: Tx,
  deps: AccountsDeps,
  member: { readonly orgId: string; readonly user: AccountRow; readonly duties: readonly OrgDuty[] },
): Promise<void> {
  const { orgId, user, duties } = member
  if (!(await updateDuties(tx, orgId, user.id, duties))) {
    throw refuse('AccountNotFound', `${user.name} is not a member.`)
  }
  const target = { type: 'user', id: user.id }
  await deps.audit.record(tx, { chain: orgId, action: 'org.change_duties', target, after: { duties: [...duties] } })
}
