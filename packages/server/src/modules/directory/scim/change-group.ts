import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import {
  deleteProvisionedGroup,
  deleteProvisionedMembers,
  findProvisionedGroup,
  insertProvisionedGroup,
  insertProvisionedMembers,
  listProvisionedMembers,
  lockProvisionedGroup,
  type ProvisionedGroup,
  updateProvisionedGroup,
} from '../queries/provisioned-groups.js'
import { listProvisionedIds } from '../queries/provisioned-users.js'
import { listMappings } from '../queries/provisioning.js'
import { demandVersion } from './change-user.js'
import { followGroups } from './follow-groups.js'
import { type GroupFacts, readGroupFacts, storedGroup } from './group.js'
import { peopleOf, type ScimPlace } from './place.js'
import { readResource, type Resource, VALUE_LIMITS } from './resource.js'
import { GROUP } from './schema.js'

export interface GroupChange {
  readonly group: ProvisionedGroup
  readonly notes: readonly string[]
}

const IDS_AT_ONCE = 1_000

/** Adds a group with its members. Throws `ScimUniqueness`, `ScimInvalidValue`. */
export async function createProvisionedGroup(place: ScimPlace, body: unknown): Promise<GroupChange> {
  const { deps, org } = place
  const facts = readGroupFacts(readResource(GROUP, body))
  return deps.write(async (tx) => {
    await refuseTaken(tx, place, facts.displayName)
    await demandPeople(tx, place, facts.members)
    const now = deps.clock.now()
    const { displayName, externalId } = facts
    const group = {
      id: deps.ids.next(),
      orgId: org.id,
      displayName,
      externalId,
      version: 1,
      createdAt: now,
      updatedAt: now,
    }
    await insertProvisionedGroup(tx, group)
    await insertProvisionedMembers(tx, group.id, facts.members, now)
    await record(tx, place, group, { action: 'scim.group.create', after: { added: facts.members.length } })
    return { group, notes: await followNames(tx, place, [displayName], facts.members) }
  })
}

/** Makes a group what `change` says. Throws as `createProvisionedGroup`, `ScimNotFound`, `ScimVersionChanged`. */
export async function changeProvisionedGroup(
  place: ScimPlace,
  request: { readonly id: string; readonly ifMatch: string | undefined },
  change: (before: Resource) => Resource,
): Promise<GroupChange> {
  const { deps, org } = place
  return deps.write(async (tx) => {
    const group = await lockProvisionedGroup(tx, org.id, request.id)
    if (!group) throw refuse('ScimNotFound')
    demandVersion(group, request.ifMatch)
    const members = (await listProvisionedMembers(tx, [group.id], VALUE_LIMITS.members)).map((one) => one.memberId)
    const facts = readGroupFacts(change(storedGroup(group, members)))
    const { added, removed } = compareMembers(members, facts)
    const isRenamed = facts.displayName !== group.displayName
    const isSame = !isRenamed && facts.externalId === group.externalId && added.length + removed.length === 0
    if (isSame) return { group, notes: [] }
    if (facts.displayName.toLowerCase() !== group.displayName.toLowerCase()) {
      await refuseTaken(tx, place, facts.displayName)
    }
    await demandPeople(tx, place, added)
    const now = deps.clock.now()
    const { displayName, externalId } = facts
    const changed = { ...group, displayName, externalId, version: group.version + 1, updatedAt: now }
    await updateProvisionedGroup(tx, changed)
    await insertProvisionedMembers(tx, group.id, added, now)
    await deleteProvisionedMembers(tx, group.id, removed)
    const after = { added: added.length, removed: removed.length, ...(isRenamed ? { displayName } : {}) }
    await record(tx, place, group, { action: 'scim.group.update', after })
    const touched = isRenamed ? [...new Set([...facts.members, ...removed])] : [...added, ...removed]
    return { group: changed, notes: await followNames(tx, place, [group.displayName, displayName], touched) }
  })
}

function compareMembers(members: readonly string[], facts: GroupFacts) {
  const before = new Set(members)
  const after = new Set(facts.members)
  return {
    added: facts.members.filter((id) => !before.has(id)),
    removed: members.filter((id) => !after.has(id)),
  }
}

/** Removes a group; its people stay. Throws `ScimNotFound`, `ScimVersionChanged`. */
export async function removeProvisionedGroup(
  place: ScimPlace,
  request: { readonly id: string; readonly ifMatch: string | undefined },
): Promise<GroupChange> {
  return place.deps.write(async (tx) => {
    const group = await lockProvisionedGroup(tx, place.org.id, request.id)
    if (!group) throw refuse('ScimNotFound')
    demandVersion(group, request.ifMatch)
    const members = (await listProvisionedMembers(tx, [group.id], VALUE_LIMITS.members)).map((one) => one.memberId)
    await deleteProvisionedGroup(tx, group.id)
    await record(tx, place, group, { action: 'scim.group.delete', after: { removed: members.length } })
    return { group, notes: await followNames(tx, place, [group.displayName], members) }
  })
}

/** What follows for these people when something is mapped from a group of one of these names. */
async function followNames(
  tx: Tx,
  place: ScimPlace,
  names: readonly string[],
  memberIds: readonly string[],
): Promise<string[]> {
  if (memberIds.length === 0) return []
  const known = new Set(names.map((name) => name.toLowerCase()))
  const mappings = await listMappings(tx, place.org.id)
  if (!mappings.some((mapping) => known.has(mapping.groupName.toLowerCase()))) return []
  return followGroups(tx, place.deps, place.org.id, memberIds)
}

async function refuseTaken(tx: Tx, { org }: ScimPlace, displayName: string): Promise<void> {
  if (await findProvisionedGroup(tx, { orgId: org.id, displayName })) {
    throw refuse('ScimUniqueness', `The displayName ${displayName} is taken.`)
  }
}

/** Members are people of this organisation; groups in groups are not kept. */
async function demandPeople(tx: Tx, place: ScimPlace, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const asked = ids.slice(at, at + IDS_AT_ONCE)
    const known = new Set(await listProvisionedIds(tx, peopleOf(place), asked))
    const missing = asked.find((id) => !known.has(id))
    if (missing !== undefined) throw refuse('ScimInvalidValue', `There is no person ${missing.slice(0, 100)}.`)
  }
}

async function record(
  tx: Tx,
  { deps, org }: ScimPlace,
  group: ProvisionedGroup,
  event: { readonly action: string; readonly after: Record<string, string | number> },
): Promise<void> {
  const target = { type: 'scim_group', id: group.id, name: group.displayName }
  await deps.audit.record(tx, { chain: org.id, target, ...event })
}
