import { refuse, StoaError } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { Role } from '../../../kit/http/actor.js'
import { applyGrants, findManagedAccount, grantsOf, markManagedAccount } from '../../federation/index.js'
import type { DirectoryDeps } from '../deps.js'
import { listGroupsOfUsers } from '../queries/provisioned-groups.js'
import type { HeldMembership, ProvisionedUser } from '../queries/provisioned-users.js'
import { findDefaultRole, listMappings } from '../queries/provisioning.js'
import { sourceOf } from './place.js'

/** Role of people who come by SCIM unless the organisation says otherwise. */
export const DEFAULT_ROLE: Role = 'read'
const WHY = 'deprovisioned by its organisation'

type Member = Pick<ProvisionedUser, 'id' | 'orgId' | 'userId' | 'isManaged' | 'held'>

/** Lets somebody in, or back in as what they were. Sentences worth knowing. Throws `ScimConflict`. */
export async function activate(tx: Tx, deps: DirectoryDeps, member: Member): Promise<string[]> {
  const { people } = deps.accounts
  const { orgId, userId, held } = member
  if (member.isManaged) await restoreManaged(tx, deps, member)
  const isThere = (await people.roleIn(tx, orgId, userId)) !== null
  if (held !== null) {
    if (!isThere) await people.setRole(tx, orgId, userId, held.role as Role)
    for (const { groupId, role } of held.groups) {
      await deps.orgs.setGroupRole(tx, { orgId, groupId, userId }, role as Exclude<Role, 'no_access'>)
    }
  } else if (!isThere && !(await areRolesMapped(tx, orgId))) {
    await people.setRole(tx, orgId, userId, (await findDefaultRole(tx, orgId)) ?? DEFAULT_ROLE)
  }
  return applyMappings(tx, deps, member)
}

const areRolesMapped = async (tx: Tx, orgId: string): Promise<boolean> =>
  (await listMappings(tx, orgId)).some((mapping) => mapping.resourceGroupId === null)

async function restoreManaged(tx: Tx, deps: DirectoryDeps, { orgId, userId }: Member): Promise<void> {
  const managed = await findManagedAccount(tx, userId)
  const person = await deps.accounts.people.find(tx, userId)
  if (person?.state !== 'suspended') return
  if (managed?.orgId !== orgId || managed.suspendedAt === null) {
    throw refuse('ScimConflict', `${person.name} is suspended by those who run the platform.`)
  }
  await deps.accounts.people.restore(tx, userId)
  await markManagedAccount(tx, userId, null)
}

/**
 * Suspends a membership: what it was is remembered, the account is no member. A managed account is suspended with it and
 * loses every session and access token. Throws `ScimConflict` for the last admin and for who runs the platform.
 */
export async function deactivate(tx: Tx, deps: DirectoryDeps, member: Member): Promise<HeldMembership | null> {
  const { people } = deps.accounts
  const { orgId, userId } = member
  const role = await people.roleIn(tx, orgId, userId)
  const groups = role === null ? [] : await deps.orgs.groupsIn(tx, orgId, userId)
  try {
    if (role !== null) await people.leave(tx, orgId, userId)
    if (member.isManaged) await suspendManaged(tx, deps, member)
  } catch (error) {
    if (!(error instanceof StoaError)) throw error
    throw refuse('ScimConflict', error.message)
  }
  return role === null ? member.held : { role, groups }
}

async function suspendManaged(tx: Tx, deps: DirectoryDeps, { userId }: Member): Promise<void> {
  const person = await deps.accounts.people.find(tx, userId)
  if (person?.state !== 'active') return
  if (person.runsPlatform) {
    throw refuse('ScimConflict', `${person.name} runs the platform: another owner suspends such an account.`)
  }
  await deps.accounts.people.suspend(tx, userId, WHY)
  await markManagedAccount(tx, userId, deps.clock.now())
}

/** Makes roles and resource groups of a member follow the groups they are in. Sentences worth knowing. */
export async function applyMappings(tx: Tx, deps: DirectoryDeps, member: Member): Promise<string[]> {
  const { id, orgId, userId } = member
  const groups = (await listGroupsOfUsers(tx, [id])).map((one) => one.displayName)
  const defaultRole = (await findDefaultRole(tx, orgId)) ?? DEFAULT_ROLE
  const wanted = grantsOf(orgId, await listMappings(tx, orgId), { groups, defaultRole })
  return applyGrants(tx, deps, { userId, source: sourceOf(orgId) }, wanted)
}
