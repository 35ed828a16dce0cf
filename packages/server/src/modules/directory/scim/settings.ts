import { type GroupMapping, PROVISIONING_LOG_MAX, type ProvisioningView, refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Role } from '../../../kit/http/actor.js'
import type { Account } from '../../accounts/index.js'
import type { DirectoryDeps } from '../deps.js'
import { countMembersByGroup, listProvisionedGroups } from '../queries/provisioned-groups.js'
import { countProvisionedUsers } from '../queries/provisioned-users.js'
import {
  findDefaultRole,
  listActivity,
  listCredentials,
  listMappings,
  type MappingRow,
  replaceMappings,
  upsertDefaultRole,
} from '../queries/provisioning.js'
import { showCredential } from './credentials.js'
import { followEverybody } from './follow-groups.js'
import { DEFAULT_ROLE } from './membership.js'
import { scimBaseUrl } from './place.js'

const GROUPS_SHOWN = 500

type Org = Pick<Account, 'id' | 'name'>

/** What an organisation says about people who come by SCIM. */
export interface ProvisioningChange {
  readonly defaultRole?: Role | undefined
  /** All of them; absent: they stay. */
  readonly mappings?: readonly GroupMapping[] | undefined
}

/** Makes it so, and everybody follows. Sentences about what is so already are none. Throws `GroupNotFound`, `Conflict`, `InvalidRequest`. */
export async function changeProvisioning(tx: Tx, deps: DirectoryDeps, org: Org, change: ProvisioningChange) {
  const texts: string[] = []
  const { defaultRole, mappings } = change
  const before = (await findDefaultRole(tx, org.id)) ?? DEFAULT_ROLE
  if (defaultRole !== undefined && defaultRole !== before) {
    await upsertDefaultRole(tx, org.id, defaultRole, deps.clock.now())
    texts.push(`defaultRole ${before} → ${defaultRole}`)
  }
  if (mappings !== undefined) {
    const rows = await readMappings(tx, deps, org, mappings)
    const known = await listMappings(tx, org.id)
    if (keysOf(rows) !== keysOf(known)) {
      await replaceMappings(tx, org.id, rows)
      texts.push(`mappings ${known.length} → ${rows.length}`)
    }
  }
  if (texts.length === 0) return texts
  await deps.audit.record(tx, {
    chain: org.id,
    action: 'scim.settings.update',
    target: { type: 'org', id: org.id, name: org.name },
    after: { ...(defaultRole === undefined ? {} : { defaultRole }), ...(mappings ? { mappings: [...mappings] } : {}) },
  })
  await followEverybody(tx, deps, org.id)
  return texts
}

const keysOf = (rows: readonly MappingRow[]): string =>
  rows
    .map(({ groupName, resourceGroupId, role }) => JSON.stringify([groupName, resourceGroupId, role]))
    .sort()
    .join()

async function readMappings(tx: Tx, deps: DirectoryDeps, org: Org, mappings: readonly GroupMapping[]) {
  const rows: MappingRow[] = []
  const known = new Set<string>()
  for (const { group, role, resourceGroup } of mappings) {
    const key = `${group.toLowerCase()} ${resourceGroup?.toLowerCase() ?? ''}`
    if (known.has(key)) throw refuse('InvalidRequest', `${group} is mapped to the same place twice.`)
    known.add(key)
    const resourceGroupId =
      resourceGroup === undefined ? null : await findLinkable(tx, deps, org, { name: resourceGroup, role })
    rows.push({ id: deps.ids.next(), orgId: org.id, groupName: group, resourceGroupId, role })
  }
  return rows
}

/** A resource group that people join by themselves cannot follow a group elsewhere as well (trust.md §2). */
async function findLinkable(
  tx: Tx,
  deps: DirectoryDeps,
  org: Org,
  { name, role }: { readonly name: string; readonly role: Role },
): Promise<string> {
  const group = await deps.orgs.findResourceGroupByName(tx, org.id, name)
  if (!group) throw refuse('GroupNotFound', `There is no resource group ${name}.`)
  if (role === 'no_access') throw refuse('InvalidRequest', 'A resource group gives read, contributor, write or admin.')
  if (group.autoJoinRole !== null) {
    throw refuse('Conflict', `Members join ${name} by themselves. Switch that off, or choose another resource group.`)
  }
  return group.id
}

/** The mappings in the words of the contract. */
export async function showMappings(db: Db | Tx, deps: DirectoryDeps, orgId: string): Promise<GroupMapping[]> {
  const shown: GroupMapping[] = []
  for (const { groupName, resourceGroupId, role } of await listMappings(db, orgId)) {
    const group = resourceGroupId === null ? null : await deps.orgs.findResourceGroup(db, orgId, resourceGroupId)
    shown.push({ group: groupName, role, ...(group ? { resourceGroup: group.name } : {}) })
  }
  return shown
}

export async function showProvisioning(deps: DirectoryDeps, org: Org): Promise<ProvisioningView> {
  const { db } = deps
  const where = { orgId: org.id, managedOnly: false }
  const groups = await listProvisionedGroups(db, { orgId: org.id }, { offset: 0, limit: GROUPS_SHOWN })
  const members = await countMembersByGroup(db, org.id)
  return {
    baseUrl: scimBaseUrl(deps.publicUrl(), org.name, 'basic'),
    managedBaseUrl: scimBaseUrl(deps.publicUrl(), org.name, 'managed'),
    defaultRole: (await findDefaultRole(db, org.id)) ?? DEFAULT_ROLE,
    users: await countProvisionedUsers(db, where),
    suspendedUsers: await countProvisionedUsers(db, where, false),
    groups: groups.map(({ id, displayName }) => ({ id, displayName, members: members.get(id) ?? 0 })),
    credentials: (await listCredentials(db, org.id)).map(showCredential),
    mappings: await showMappings(db, deps, org.id),
  }
}

export async function showActivity(deps: DirectoryDeps, org: Org) {
  const lines = await listActivity(deps.db, org.id, PROVISIONING_LOG_MAX)
  return {
    activity: lines.map(({ id, at, method, subject, status, detail }) => ({
      ...{ id, method, subject, status, detail },
      at: at.toISOString(),
    })),
  }
}
