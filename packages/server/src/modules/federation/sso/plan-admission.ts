import { type ErrorCode, refuse, type StoaError } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { GroupMembership, Role } from '../../../kit/http/actor.js'
import type { FederationDeps } from '../deps.js'
import { findDomainOwner } from '../queries/domains.js'
import { listGrants } from '../queries/group-grants.js'
import { findIdentity } from '../queries/sign-ons.js'
import type { Assertion, Connection } from './connection.js'
import { type Described, describePerson, mapRights, type MappedRights } from './mapping.js'

/** What becomes of somebody who came through a connection. */
export type Plan =
  /** An identity that was here before. */
  | { readonly account: 'known'; readonly userId: string; readonly identityId: string }
  /** An account with the same verified address, of a domain that is the connection's. */
  | { readonly account: 'linked'; readonly userId: string }
  | { readonly account: 'created' }
  | { readonly account: 'link_needed' | 'refused'; readonly code: ErrorCode; readonly message?: string }

export interface Admission {
  readonly described: Described
  /** The address is of a domain that its owner showed, and the provider vouches for it. */
  readonly isEmailBelieved: boolean
  readonly rights: MappedRights
  readonly plan: Plan
}

/** What a plan needs to know besides; asked before a transaction begins. */
export interface PlanDeps extends Pick<FederationDeps, 'accounts'> {
  readonly isSignUpOpen: boolean
}

/** Decides what would become of a person; changes nothing. */
export async function planAdmission(
  db: Db | Tx,
  deps: PlanDeps,
  connection: Connection,
  assertion: Assertion,
): Promise<Admission> {
  const described = describePerson(assertion, connection.mapping)
  const isOwn = await isOwnAddress(db, connection, described.email)
  const isEmailBelieved = isOwn && assertion.isEmailVouched
  const rights = connection.orgId === null ? NO_RIGHTS : mapRights(described.groups, connection.mapping)
  const plan = await planAccount(db, deps, connection, { assertion, described, isOwn, isEmailBelieved })
  return { described, isEmailBelieved, rights, plan: await demandRole(db, deps, connection, rights, plan) }
}

const NO_RIGHTS: MappedRights = {
  role: null,
  isByRule: false,
  groups: new Map<string, GroupMembership['role'] | null>(),
}

/** Whether an address is of a domain that the connection's owner showed. */
async function isOwnAddress(db: Db | Tx, connection: Connection, email: string | null): Promise<boolean> {
  if (email === null) return false
  const owner = await findDomainOwner(db, email.slice(email.indexOf('@') + 1).toLowerCase())
  return owner !== null && owner.orgId === connection.orgId
}

interface Facts {
  readonly assertion: Assertion
  readonly described: Described
  readonly isOwn: boolean
  readonly isEmailBelieved: boolean
}

async function planAccount(db: Db | Tx, deps: PlanDeps, connection: Connection, facts: Facts): Promise<Plan> {
  const { people } = deps.accounts
  const known = await findIdentity(db, connection.id, { subject: facts.assertion.subject })
  if (known) {
    const person = await people.find(db, known.userId)
    if (person?.state !== 'active')
      return { account: 'refused', code: 'SignOnNoAccount', message: 'This account may not sign in.' }
    return { account: 'known', userId: known.userId, identityId: known.id }
  }
  const { email } = facts.described
  // Whoever runs a provider must not learn from it which addresses of others have an account here.
  const mayLearn = facts.isOwn || (connection.orgId === null && facts.assertion.isEmailVouched)
  const holder = email === null || !mayLearn ? null : await people.findByVerifiedEmail(db, email)
  if (holder) {
    if (!facts.isEmailBelieved) return { account: 'link_needed', code: 'SignOnLinkNeeded' }
    // Whoever runs the platform is nobody's to let in by an address alone.
    if (holder.runsPlatform) return { account: 'link_needed', code: 'SignOnLinkNeeded' }
    if (holder.state !== 'active')
      return { account: 'refused', code: 'SignOnNoAccount', message: 'This account may not sign in.' }
    // The provider has another person of this address by now: an admin decides who is who.
    if (await findIdentity(db, connection.id, { userId: holder.id })) return { account: 'refused', code: 'SignOnTaken' }
    return { account: 'linked', userId: holder.id }
  }
  if (!connection.createsAccounts) return { account: 'refused', code: 'SignOnNoAccount' }
  const isInvited = connection.orgId === null || facts.isEmailBelieved
  if (!isInvited && !deps.isSignUpOpen) {
    const message =
      'This platform takes new accounts only with an address of a domain that your organisation has verified.'
    return { account: 'refused', code: 'SignOnNoAccount', message }
  }
  return { account: 'created' }
}

/** Nobody comes in through an organisation that gives them no place. */
async function demandRole(
  db: Db | Tx,
  deps: PlanDeps,
  connection: Connection,
  rights: MappedRights,
  plan: Plan,
): Promise<Plan> {
  if (connection.orgId === null || rights.role !== null || 'code' in plan) return plan
  const current = plan.account === 'created' ? null : await otherRole(db, deps, connection, plan.userId)
  return current === null ? { account: 'refused', code: 'SignOnNoRole' } : plan
}

/** The role somebody has in an organisation for another reason than what this connection gave them. */
async function otherRole(db: Db | Tx, deps: PlanDeps, { id, orgId }: Connection, userId: string): Promise<Role | null> {
  if (orgId === null) return null
  const current = await deps.accounts.people.roleIn(db, orgId, userId)
  const given = (await listGrants(db, userId, `sso:${id}`)).find(
    (grant) => grant.kind === 'role' && grant.targetId === orgId,
  )
  return given?.value === current ? null : current
}

/** The refusal of a plan that lets nobody in; null when it lets somebody in. */
export function refusalOf(plan: Plan): StoaError | null {
  return 'code' in plan ? refuse(plan.code, plan.message) : null
}
