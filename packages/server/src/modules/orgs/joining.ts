import { afterCommit, type Db, type Tx } from '../../kit/db/database.js'
import type { GroupMembership, Role } from '../../kit/http/actor.js'
import { findAccountRowById } from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'
import {
  deleteGroupMember,
  findGroup,
  findGroupRole,
  listGroupsOfMembers,
  upsertGroupMember,
} from './queries/resource-groups.js'
import { addGroupMembers } from './resource-groups.js'

export interface Place {
  readonly orgId: string
  readonly groupId: string
  readonly userId: string
}

export interface Joining {
  readonly orgId: string
  readonly userId: string
  readonly role: Role
  readonly groups: readonly GroupMembership[]
  readonly byId: string | null
}

/** What modules that let people in may do with members and groups; each records what it does. */
export function createJoining(deps: OrgsDeps) {
  const forget = (tx: Tx, userId: string): void => afterCommit(tx, () => deps.accounts.forgetUser(userId))
  return {
    /** Takes somebody into an organisation and its groups; groups that are gone are left out. */
    join: async (tx: Tx, { orgId, userId, role, groups, byId }: Joining): Promise<void> => {
      const user = await findAccountRowById(tx, userId)
      if (user?.kind !== 'user') throw new Error(`no user ${userId}`)
      await deps.accounts.organisations.setMember(tx, { orgId, userId, role })
      for (const { groupId, role: groupRole } of groups) {
        const group = await findGroup(tx, orgId, groupId)
        if (group) await addGroupMembers(tx, deps, group, [{ user: user.name, role: groupRole }], byId)
      }
      forget(tx, userId)
    },
    /** Resource groups of an organisation somebody was added to. */
    groupsIn: async (db: Db | Tx, orgId: string, userId: string): Promise<GroupMembership[]> =>
      (await listGroupsOfMembers(db, orgId, [userId])).map(({ id, role }) => ({
        groupId: id,
        role: role as GroupMembership['role'],
      })),
    /** Adds a member to a resource group, gives another role in it, or (null) takes them out. A group that is gone is passed over. */
    setGroupRole: async (tx: Tx, place: Place, role: GroupMembership['role'] | null): Promise<void> => {
      await setGroupRole(tx, deps, place, role)
      forget(tx, place.userId)
    },
  }
}

export type Joiner = ReturnType<typeof createJoining>

async function setGroupRole(
  tx: Tx,
  deps: OrgsDeps,
  { orgId, groupId, userId }: Place,
  role: GroupMembership['role'] | null,
): Promise<void> {
  const group = await findGroup(tx, orgId, groupId)
  const before = group && (await findGroupRole(tx, groupId, userId))
  if (!group || before === role) return
  const target = { type: 'resource_group', id: groupId, name: group.name }
  if (role === null) {
    await deleteGroupMember(tx, groupId, userId)
    await deps.audit.record(tx, { chain: orgId, action: 'resource_group.remove_users', target, before: { userId } })
    return
  }
  await upsertGroupMember(tx, { groupId, userId, role, addedBy: null, now: deps.clock.now() })
  const action = before === null ? 'resource_group.add_users' : 'resource_group.change_role'
  await deps.audit.record(tx, { chain: orgId, action, target, before: { role: before }, after: { userId, role } })
}
