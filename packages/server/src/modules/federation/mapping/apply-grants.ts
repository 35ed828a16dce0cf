import { StoaError } from '@stoa/contracts'
import type { GroupMembership, PlatformDuty, Role } from '../../../kit/http/actor.js'
import type { Tx } from '../../../kit/db/database.js'
import type { FederationDeps } from '../deps.js'
import { listGrants, replaceGrants } from '../queries/group-grants.js'
import { type Grant, isStronger } from './grant.js'

/** Where members and groups are changed. */
type Doors = Pick<FederationDeps, 'accounts' | 'orgs'>

/** Whom a source gives something: `scim:<org>`, `ldap:<connection>`. */
export interface Receiver {
  readonly userId: string
  readonly source: string
}

/**
 * Makes what a source gives somebody so: gives what is new, takes away what it gave before and nothing else. Sentences
 * about what could not be done: the last admin stays one.
 */
export async function applyGrants(
  tx: Tx,
  doors: Doors,
  receiver: Receiver,
  wanted: readonly Grant[],
): Promise<string[]> {
  const before = await listGrants(tx, receiver.userId, receiver.source)
  const notes: string[] = []
  const kept: Grant[] = []
  for (const grant of wanted.filter((one) => one.kind === 'role')) {
    if (await giveRole(tx, doors, receiver, { grant, had: findSame(before, grant), notes })) kept.push(grant)
  }
  for (const grant of wanted.filter((one) => one.kind === 'group')) {
    if (await giveGroup(tx, doors, receiver, { grant, had: findSame(before, grant), notes })) kept.push(grant)
  }
  for (const gone of before.filter((one) => one.kind !== 'duty' && !findSame(wanted, one))) {
    await takeAway(tx, doors, receiver, { gone, notes })
  }
  const duties = wanted.filter((one) => one.kind === 'duty')
  kept.push(...duties)
  await setDuties(tx, doors, receiver, { before, duties, notes })
  await replaceGrants(tx, receiver.userId, receiver.source, kept)
  return notes
}

const findSame = (grants: readonly Grant[], { kind, targetId }: Grant): Grant | undefined =>
  grants.find((one) => one.kind === kind && one.targetId === targetId)

interface Giving {
  readonly grant: Grant
  readonly had: Grant | undefined
  readonly notes: string[]
}

/** A role somebody has for another reason is only ever made stronger. Whether the source may count it as its own. */
async function giveRole(tx: Tx, doors: Doors, { userId }: Receiver, { grant, had, notes }: Giving): Promise<boolean> {
  const current = await doors.accounts.people.roleIn(tx, grant.targetId, userId)
  if (current === grant.value) return had !== undefined || current === null
  const isOurs = current === null || had !== undefined || isStronger(grant.value, current)
  if (!isOurs) return false
  await unlessLast(notes, () => doors.accounts.people.setRole(tx, grant.targetId, userId, grant.value as Role))
  return true
}

async function giveGroup(tx: Tx, doors: Doors, { userId }: Receiver, { grant, had, notes }: Giving): Promise<boolean> {
  const orgId = grant.orgId ?? ''
  if ((await doors.accounts.people.roleIn(tx, orgId, userId)) === null) {
    notes.push('A resource group was passed over: it is for members of its organisation.')
    return false
  }
  const current = (await doors.orgs.groupsIn(tx, orgId, userId)).find((one) => one.groupId === grant.targetId)?.role
  if (current === grant.value) return had !== undefined
  if (current !== undefined && !had && !isStronger(grant.value, current)) return false
  const role = grant.value as GroupMembership['role']
  await doors.orgs.setGroupRole(tx, { orgId, groupId: grant.targetId, userId }, role)
  return true
}

/** What somebody else changed meanwhile is theirs. */
async function takeAway(
  tx: Tx,
  doors: Doors,
  { userId }: Receiver,
  { gone, notes }: { readonly gone: Grant; readonly notes: string[] },
): Promise<void> {
  const orgId = gone.orgId ?? ''
  if (gone.kind === 'role') {
    if ((await doors.accounts.people.roleIn(tx, orgId, userId)) === gone.value) {
      await unlessLast(notes, () => doors.accounts.people.leave(tx, orgId, userId))
    }
    return
  }
  const current = (await doors.orgs.groupsIn(tx, orgId, userId)).find((one) => one.groupId === gone.targetId)?.role
  if (current === gone.value) await doors.orgs.setGroupRole(tx, { orgId, groupId: gone.targetId, userId }, null)
}

async function setDuties(
  tx: Tx,
  doors: Doors,
  { userId }: Receiver,
  { before, duties, notes }: { readonly before: readonly Grant[]; readonly duties: readonly Grant[]; notes: string[] },
): Promise<void> {
  const had = new Set(before.filter((one) => one.kind === 'duty').map((one) => one.value))
  if (had.size === 0 && duties.length === 0) return
  const own = (await doors.accounts.people.dutiesOf(tx, userId)).filter((duty) => !had.has(duty))
  const wanted = [...new Set([...own, ...duties.map((one) => one.value as PlatformDuty)])]
  await unlessLast(notes, () => doors.accounts.people.setDuties(tx, userId, wanted))
}

/** Duties that exclude one another and last admins are told, not forced. */
async function unlessLast(notes: string[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof StoaError) || (error.code !== 'LastAdmin' && error.code !== 'DutyConflict')) throw error
    notes.push(error.message)
  }
}
