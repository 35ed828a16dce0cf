import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import { type Change, itemProblem, type ManifestContext, type ManifestNoun } from '../../../kit/manifest/noun.js'
import { type AccountRow, findAccountRow, findRole, listAccountRows } from '../../accounts/index.js'
import type { OrgsDeps } from '../deps.js'
import { listGroupMembers } from '../group-members.js'
import { addGroupMembers, changeGroup, createGroup, removeGroup, setAutoJoin } from '../resource-groups.js'
import { findGroupByName, findGroupRole, type GroupRow, listGroups } from '../queries/resource-groups.js'

const MAX_MEMBERS = 10_000
const role = z.enum(['read', 'contributor', 'write', 'admin'])

const groupItem = z.strictObject({
  org: z.string().min(1).max(96),
  name: z.string().trim().min(1).max(96),
  description: z.string().max(500).optional(),
  /** Role with which members of the organisation join by themselves. */
  autoJoin: role.optional(),
  members: z.record(z.string().max(96), role).optional(),
})
export type GroupItem = z.output<typeof groupItem>

/** `resourceGroups:` of a manifest. Members that are not mentioned stay. */
export function createResourceGroupsNoun(deps: OrgsDeps): ManifestNoun<GroupItem> {
  return {
    key: 'resourceGroups',
    identity: ['org', 'name'],
    schema: groupItem,
    apply: (tx, item, context) => applyGroup(tx, deps, item, context),
    remove: async (tx, item, context) => {
      const org = await findOrg(tx, item)
      const group = await findGroupByName(tx, org.id, item.name)
      if (!group) return null
      await removeGroup(tx, deps, group)
      context.afterCommit(deps.accounts.forgetAll)
      return { kind: 'remove', subject: subjectOf(item), text: '' }
    },
    export: async (db) => {
      const items: GroupItem[] = []
      for (const org of await listAccountRows(db, 'org')) {
        for (const group of await listGroups(db, org.id)) {
          const members = await listGroupMembers(db, [group.id], MAX_MEMBERS)
          items.push({
            org: org.name,
            name: group.name,
            description: group.description ?? undefined,
            autoJoin: group.autoJoinRole ?? undefined,
            members: Object.fromEntries(members.map((member) => [member.name, member.role])),
          })
        }
      }
      return items
    },
  }
}

const subjectOf = (item: GroupItem): string => `resource group ${item.org}/${item.name}`

async function findOrg(tx: Tx, item: GroupItem): Promise<AccountRow> {
  const org = await findAccountRow(tx, item.org)
  if (org?.kind !== 'org' || org.state === 'removed') throw itemProblem(['org'], `there is no organisation ${item.org}`)
  return org
}

async function applyGroup(tx: Tx, deps: OrgsDeps, item: GroupItem, context: ManifestContext): Promise<Change | null> {
  const org = await findOrg(tx, item)
  context.afterCommit(deps.accounts.forgetAll)
  const byId = context.actor?.userId ?? null
  const existing = await findGroupByName(tx, org.id, item.name)
  const { name, description, autoJoin } = item
  if (!existing) {
    const settings = autoJoin === undefined ? { enabled: false } : { enabled: true, role: autoJoin }
    const id = await createGroup(tx, deps, org, { name, description, autoJoin: settings, byId })
    await applyMembers(tx, deps, { id, orgId: org.id, name }, { item, byId })
    return { kind: 'create', subject: subjectOf(item), text: '' }
  }
  const texts = await changeSettings(tx, deps, existing, item)
  texts.push(...(await applyMembers(tx, deps, existing, { item, byId })))
  return texts.length === 0 ? null : { kind: 'update', subject: subjectOf(item), text: texts.join(', ') }
}

async function changeSettings(tx: Tx, deps: OrgsDeps, group: GroupRow, item: GroupItem): Promise<string[]> {
  const texts: string[] = []
  if (item.description !== undefined && item.description !== group.description) {
    await changeGroup(tx, deps, group, { description: item.description })
    texts.push('description')
  }
  if (item.autoJoin !== undefined && item.autoJoin !== group.autoJoinRole) {
    await setAutoJoin(tx, deps, group, { enabled: true, role: item.autoJoin })
    texts.push(`autoJoin ${group.autoJoinRole ?? 'none'} → ${item.autoJoin}`)
  }
  return texts
}

async function applyMembers(
  tx: Tx,
  deps: OrgsDeps,
  group: Pick<GroupRow, 'id' | 'orgId' | 'name'>,
  { item, byId }: { readonly item: GroupItem; readonly byId: string | null },
): Promise<string[]> {
  const texts: string[] = []
  for (const [name, wanted] of Object.entries(item.members ?? {})) {
    const user = await findAccountRow(tx, name)
    if (!user || (await findRole(tx, group.orgId, user.id)) === null)
      throw itemProblem(['members', name], `${name} is no member of ${item.org}`)
    const before = await findGroupRole(tx, group.id, user.id)
    if (before === wanted) continue
    await addGroupMembers(tx, deps, group, [{ user: name, role: wanted }], byId)
    texts.push(`member ${user.name} ${before ?? 'none'} → ${wanted}`)
  }
  return texts
}
