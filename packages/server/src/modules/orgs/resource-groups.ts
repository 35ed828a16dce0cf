import { GROUP_MEMBERS_MAX, GROUPS_MAX, refuse, type ResourceGroupView } from '@stoa/contracts'
import type { AuditFacts } from '../../kit/audit/audit.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { GroupMembership } from '../../kit/http/actor.js'
import { type AccountRow, avatarUrlOf, findAccountRow, findRole, lockAccount } from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'
import { listGroupMembers } from './group-members.js'
import {
  deleteGroup,
  deleteGroupMember,
  findGroup,
  findGroupByName,
  findGroupRole,
  type GroupRow,
  insertGroup,
  listGroups,
  updateGroup,
  upsertGroupMember,
} from './queries/resource-groups.js'

export interface NewGroup {
  readonly name: string
  readonly description?: string | undefined
  readonly autoJoin?: AutoJoin | undefined
  readonly users?: readonly NewGroupMember[] | undefined
}

interface AutoJoin {
  readonly enabled: boolean
  readonly role?: GroupMembership['role'] | undefined
  readonly scope?: 'all' | 'read' | undefined
}

export interface NewGroupMember {
  readonly user: string
  readonly role: GroupMembership['role']
}

/** Makes a group with its first members; its id. Throws `GroupNameTaken`, `GroupLimit`, `AccountNotFound`, `InvalidRequest`. */
export async function createGroup(
  tx: Tx,
  deps: OrgsDeps,
  org: Pick<AccountRow, 'id'>,
  group: NewGroup & { readonly byId: string | null },
): Promise<string> {
  await lockAccount(tx, org.id)
  const groups = await listGroups(tx, org.id)
  if (groups.length >= GROUPS_MAX) throw refuse('GroupLimit')
  await refuseTaken(tx, org.id, group.name, null)
  const id = deps.ids.next()
  const { name, description = null } = group
  await insertGroup(
    tx,
    { id, orgId: org.id, name, description, ...readAutoJoin(group.autoJoin ?? { enabled: false }) },
    deps.clock.now(),
  )
  await record(tx, deps, org.id, {
    verb: 'create',
    group: { id, name },
    after: { name, autoJoin: group.autoJoin?.enabled ? group.autoJoin.role : null },
  })
  await addGroupMembers(tx, deps, { id, orgId: org.id, name }, group.users ?? [], group.byId)
  return id
}

async function refuseTaken(tx: Tx, orgId: string, name: string, exceptId: string | null): Promise<void> {
  const other = await findGroupByName(tx, orgId, name)
  if (other && other.id !== exceptId) throw refuse('GroupNameTaken')
}

/** Renames, describes. Throws `GroupNameTaken`. */
export async function changeGroup(
  tx: Tx,
  deps: OrgsDeps,
  group: GroupRow,
  patch: { readonly name?: string | undefined; readonly description?: string | null | undefined },
): Promise<void> {
  if (patch.name !== undefined) await refuseTaken(tx, group.orgId, patch.name, group.id)
  const { name = group.name, description = group.description } = patch
  await updateGroup(tx, group.id, { name, description }, deps.clock.now())
  await record(tx, deps, group.orgId, { verb: 'update', group, before: { name: group.name }, after: { name } })
}

/** Says who joins by themselves. Throws `InvalidRequest` when a role is missing. */
export async function setAutoJoin(tx: Tx, deps: OrgsDeps, group: GroupRow, autoJoin: AutoJoin): Promise<void> {
  const wanted = readAutoJoin(autoJoin)
  await updateGroup(tx, group.id, wanted, deps.clock.now())
  await record(tx, deps, group.orgId, {
    verb: 'settings',
    group,
    before: { autoJoinRole: group.autoJoinRole, autoJoinScope: group.autoJoinScope },
    after: wanted,
  })
}

function readAutoJoin({ enabled, role, scope = 'all' }: AutoJoin) {
  if (enabled && role === undefined) throw refuse('InvalidRequest', 'Say with which role members join.')
  return { autoJoinRole: enabled ? (role ?? null) : null, autoJoinScope: scope }
}

/** Removes an empty group: what is in it would otherwise be shown to the whole organisation. Throws `Conflict`. */
export async function removeGroup(tx: Tx, deps: OrgsDeps, group: GroupRow): Promise<void> {
  await lockAccount(tx, group.orgId)
  const held = (await deps.listGroupResources(tx, [group.id])).get(group.id)?.length ?? 0
  if (held > 0) throw refuse('Conflict', `The group holds ${held} repositories or buckets. Move them first.`)
  await deleteGroup(tx, group.id)
  await record(tx, deps, group.orgId, { verb: 'delete', group, before: { name: group.name } })
}

/** Adds members of the organisation, or changes their role. Throws `AccountNotFound` for somebody outside of it. */
export async function addGroupMembers(
  tx: Tx,
  deps: OrgsDeps,
  group: Pick<GroupRow, 'id' | 'orgId' | 'name'>,
  members: readonly NewGroupMember[],
  byId: string | null,
): Promise<string[]> {
  const userIds: string[] = []
  for (const { user, role } of members) {
    const row = await findAccountRow(tx, user)
    const isMember = row !== null && row.kind !== 'org' && (await findRole(tx, group.orgId, row.id)) !== null
    if (!row || !isMember) throw refuse('AccountNotFound', `${user} is not a member.`)
    userIds.push(row.id)
    const before = await findGroupRole(tx, group.id, row.id)
    if (before === role) continue
    await upsertGroupMember(tx, { groupId: group.id, userId: row.id, role, addedBy: byId, now: deps.clock.now() })
    const verb = before === null ? 'add_users' : 'change_role'
    await record(tx, deps, group.orgId, { verb, group, before: { role: before }, after: { userId: row.id, role } })
  }
  return userIds
}

/** Takes somebody out of a group. Throws `AccountNotFound`. */
export async function removeGroupMember(tx: Tx, deps: OrgsDeps, group: GroupRow, user: AccountRow): Promise<void> {
  if (!(await deleteGroupMember(tx, group.id, user.id))) throw refuse('AccountNotFound', `${user.name} is not in it.`)
  await record(tx, deps, group.orgId, { verb: 'remove_users', group, before: { userId: user.id } })
}

interface GroupEvent {
  readonly verb: string
  readonly group: Pick<GroupRow, 'id' | 'name'>
  readonly before?: AuditFacts
  readonly after?: AuditFacts
}

async function record(tx: Tx, deps: OrgsDeps, orgId: string, event: GroupEvent): Promise<void> {
  const { verb, group, ...change } = event
  const target = { type: 'resource_group', id: group.id, name: group.name }
  await deps.audit.record(tx, { chain: orgId, action: `resource_group.${verb}`, target, ...change })
}

/** The group of an organisation. Throws `GroupNotFound`. */
export async function getGroup(db: Db | Tx, orgId: string, groupId: string): Promise<GroupRow> {
  const group = await findGroup(db, orgId, groupId)
  if (!group) throw refuse('GroupNotFound')
  return group
}

/** Groups as the wire has them, with their people and what they hold. */
export async function showGroups(deps: OrgsDeps, groups: readonly GroupRow[]): Promise<ResourceGroupView[]> {
  const ids = groups.map((group) => group.id)
  const [members, resources] = [
    await listGroupMembers(deps.db, ids, GROUP_MEMBERS_MAX),
    await deps.listGroupResources(deps.db, ids),
  ]
  return groups.map((group) => ({
    id: group.id,
    name: group.name,
    ...(group.description === null ? {} : { description: group.description }),
    autoJoin:
      group.autoJoinRole === null
        ? { enabled: false }
        : { enabled: true, role: group.autoJoinRole, scope: group.autoJoinScope },
    users: members
      .filter((member) => member.groupId === group.id)
      .map((member) => ({
        _id: member.id,
        name: member.name,
        fullname: member.fullname,
        avatarUrl: avatarUrlOf(member),
        role: member.role,
        addedBy: member.addedBy,
      })),
    resources: resources.get(group.id) ?? [],
  }))
}
