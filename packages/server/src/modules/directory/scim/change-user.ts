import { refuse, StoaError } from '@stoa/contracts'
import { personal } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import { replaceGrants } from '../../federation/index.js'
import {
  deleteProvisionedUser,
  findProvisionedAccount,
  findProvisionedUser,
  insertProvisionedUser,
  lockProvisionedUser,
  type ProvisionedUser,
  updateProvisionedUser,
} from '../queries/provisioned-users.js'
import { admitPerson, demandOwnAddress } from './admit-person.js'
import { activate, deactivate } from './membership.js'
import { peopleOf, type ScimPlace, sourceOf } from './place.js'
import { readResource, type Resource } from './resource.js'
import { USER } from './schema.js'
import { attributesToKeep, readUserFacts, storedResource, type UserFacts, versionTag } from './user.js'

/** What a change did, and sentences worth knowing about it. */
export interface UserChange {
  readonly user: ProvisionedUser
  readonly notes: readonly string[]
}

/** Adds somebody. Throws `ScimUniqueness`, `ScimInvalidValue`, `ScimConflict`. */
export async function createProvisionedUser(place: ScimPlace, body: unknown): Promise<UserChange> {
  const { deps, org } = place
  const resource = readResource(USER, body)
  const facts = readUserFacts(resource)
  return deps.write(async (tx) => {
    await refuseTaken(tx, place, facts.userName)
    const admitted = await admitPerson(tx, place, facts)
    if (await findProvisionedAccount(tx, org.id, admitted.userId)) {
      throw refuse('ScimUniqueness', `The account of ${facts.email} is here already under another userName.`)
    }
    const now = deps.clock.now()
    const { userName, externalId, email, active = true } = facts
    const user: ProvisionedUser = {
      id: deps.ids.next(),
      orgId: org.id,
      ...admitted,
      ...{ userName, externalId, email, active },
      attributes: attributesToKeep(resource),
      held: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    }
    await insertProvisionedUser(tx, user)
    await record(tx, place, user, { action: 'scim.user.create', after: { managed: user.isManaged, active } })
    if (active) return { user, notes: await activate(tx, deps, user) }
    const held = await deactivate(tx, deps, user)
    await updateProvisionedUser(tx, { ...user, held })
    return { user, notes: [] }
  })
}

/** Makes somebody what `change` says. Throws as `createProvisionedUser`, `ScimNotFound`, `ScimVersionChanged`. */
export async function changeProvisionedUser(
  place: ScimPlace,
  request: { readonly id: string; readonly ifMatch: string | undefined },
  change: (before: Resource) => Resource,
): Promise<UserChange> {
  const { deps } = place
  return deps.write(async (tx) => {
    const user = await lockProvisionedUser(tx, { ...peopleOf(place), id: request.id })
    if (!user) throw refuse('ScimNotFound')
    demandVersion(user, request.ifMatch)
    const before = storedResource(user)
    const resource = change(before)
    const facts = readUserFacts(resource)
    const active = facts.active ?? user.active
    const fields = changedFields(before, { ...resource, active })
    if (fields.length === 0) return { user, notes: [] }
    if (facts.userName.toLowerCase() !== user.userName.toLowerCase()) await refuseTaken(tx, place, facts.userName)
    await followAccount(tx, place, user, facts)
    const { userName, externalId, email } = facts
    const changed: ProvisionedUser = {
      ...user,
      ...{ userName, externalId, email, active },
      attributes: attributesToKeep(resource),
      version: user.version + 1,
      updatedAt: deps.clock.now(),
    }
    const { held, notes } = await follow(tx, place, changed, user.active)
    await updateProvisionedUser(tx, { ...changed, held })
    const verb = active === user.active ? 'update' : active ? 'activate' : 'deactivate'
    await record(tx, place, user, { action: `scim.user.${verb}`, after: { fields } })
    return { user: { ...changed, held }, notes }
  })
}

/** Being suspended and coming back. */
async function follow(tx: Tx, { deps }: ScimPlace, user: ProvisionedUser, wasActive: boolean) {
  if (user.active === wasActive) return { held: user.held, notes: [] }
  if (!user.active) return { held: await deactivate(tx, deps, user), notes: [] }
  return { held: null, notes: await activate(tx, deps, user) }
}

/** Takes somebody out of the organisation; a managed account stays, suspended. Throws `ScimNotFound`, `ScimConflict`, `ScimVersionChanged`. */
export async function deleteProvisioned(
  place: ScimPlace,
  request: { readonly id: string; readonly ifMatch: string | undefined },
): Promise<ProvisionedUser> {
  return place.deps.write(async (tx) => {
    const user = await lockProvisionedUser(tx, { ...peopleOf(place), id: request.id })
    if (!user) throw refuse('ScimNotFound')
    demandVersion(user, request.ifMatch)
    await deactivate(tx, place.deps, user)
    await deleteProvisionedUser(tx, user.id)
    await replaceGrants(tx, user.userId, sourceOf(user.orgId), [])
    await record(tx, place, user, { action: 'scim.user.delete' })
    return user
  })
}

/** Throws `ScimVersionChanged` when the caller knew another version. */
export function demandVersion(row: { readonly version: number }, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const known = ifMatch.split(',').map((tag) => tag.trim().replace(/^(?!W\/)/, 'W/'))
  if (!known.includes(versionTag(row))) throw refuse('ScimVersionChanged')
}

async function refuseTaken(tx: Tx, { org }: ScimPlace, userName: string): Promise<void> {
  const other = await findProvisionedUser(tx, { orgId: org.id, managedOnly: false, userName })
  if (other) throw refuse('ScimUniqueness', `The userName ${userName} is taken.`)
}

/** The account of somebody managed has the name and the address the organisation gives it; others keep their own. */
async function followAccount(tx: Tx, place: ScimPlace, user: ProvisionedUser, facts: UserFacts): Promise<void> {
  if (!user.isManaged) return
  const isOther = facts.email !== null && facts.email.toLowerCase() !== user.email?.toLowerCase()
  const person = await place.deps.accounts.people.find(tx, user.userId)
  if (person?.runsPlatform) {
    // Who decides over the address can set the password.
    if (isOther) throw refuse('ScimConflict', `${person.name} runs the platform: they change their address themselves.`)
    return
  }
  if (isOther) await demandOwnAddress(tx, place, facts.email)
  try {
    const email = isOther && facts.email !== null ? { email: facts.email } : {}
    await place.deps.accounts.people.update(tx, user.userId, { fullname: facts.fullname, ...email })
  } catch (error) {
    if (!(error instanceof StoaError) || error.code !== 'EmailTaken') throw error
    throw refuse('ScimUniqueness', `Another account has ${facts.email}.`)
  }
}

/** Names of attributes that differ; what was said of a person is not written down with it. */
function changedFields(before: Resource, after: Resource): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => canonical(before[name]) !== canonical(after[name])).sort()
}

/** The database keeps the keys of objects in an order of its own. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
      return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
    }) ?? ''
  )
}

interface Recorded {
  readonly action: string
  readonly after?: { readonly managed?: boolean; readonly active?: boolean; readonly fields?: readonly string[] }
}

async function record(tx: Tx, { deps, org }: ScimPlace, user: ProvisionedUser, event: Recorded): Promise<void> {
  const target = { type: 'user', id: user.userId, name: personal(user.userId, user.userName) }
  await deps.audit.record(tx, { chain: org.id, target, ...event })
}
