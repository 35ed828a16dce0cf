import { refuse, type StoaError } from '@stoa/contracts'
import { personal } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import { hashSecret } from '../../accounts/index.js'
import type { FederationDeps } from '../deps.js'
import { applyGrants } from '../mapping/apply-grants.js'
import type { Grant } from '../mapping/grant.js'
import { insertManagedAccount } from '../queries/managed-accounts.js'
import { listExemptIds } from '../queries/policies.js'
import { findIdentity, insertIdentity, touchIdentity, useAnswer } from '../queries/sign-ons.js'
import type { Assertion, Connection } from './connection.js'
import { type Admission, type Plan, planAdmission, type PlanDeps, refusalOf } from './plan-admission.js'

/** Who came in; or why nobody did, when what was changed all the same must stay. */
export type Admitted = { readonly userId: string; readonly isNew: boolean } | { readonly refusal: StoaError }

/**
 * Lets somebody in whose provider was believed: finds, links or makes the account, and makes their place in the
 * organisation what the provider's groups say today.
 */
export async function admitPerson(
  tx: Tx,
  deps: FederationDeps & PlanDeps,
  connection: Connection,
  assertion: Assertion,
): Promise<Admitted> {
  const answer = {
    connectionId: connection.id,
    answerHash: hashSecret(assertion.answerId),
    expiresAt: assertion.answerEndsAt,
  }
  if (!(await useAnswer(tx, answer))) return { refusal: refuse('SignOnFailed', undefined, { check: 'replay' }) }
  const admission = await planAdmission(tx, deps, connection, assertion)
  const { plan, described } = admission
  const refusal = refusalOf(plan)
  if (refusal) {
    await endMembership(tx, deps, connection, assertion, plan)
    await recordSignOn(tx, deps, connection, { userId: null, outcome: 'denied', reason: refusal.code })
    return { refusal }
  }
  const userId = await settleAccount(tx, deps, connection, admission)
  if (plan.account === 'known') await touchIdentity(tx, plan.identityId, described.email, deps.clock.now())
  else await addIdentity(tx, deps, connection, { userId, subject: assertion.subject, email: described.email })
  await placeInOrg(tx, deps, connection, admission, userId)
  await recordSignOn(tx, deps, connection, { userId, outcome: 'success', how: plan.account })
  return { userId, isNew: plan.account === 'created' }
}

async function settleAccount(
  tx: Tx,
  deps: FederationDeps,
  connection: Connection,
  { plan, described, isEmailBelieved }: Admission,
): Promise<string> {
  if (plan.account === 'known' || plan.account === 'linked') return plan.userId
  const { people } = deps.accounts
  const name = await people.chooseName(tx, described.name, described.email)
  const email = described.email ?? undefined
  const userId = await people.create(tx, {
    name,
    fullname: described.fullname ?? undefined,
    email,
    isEmailVerified: email !== undefined && isEmailBelieved,
  })
  // Whoever an organisation brings here with an address of its own is its to suspend.
  if (connection.orgId !== null && isEmailBelieved)
    await insertManagedAccount(tx, { userId, orgId: connection.orgId, createdAt: deps.clock.now() })
  return userId
}

/** Connects an identity with an account, on the record. Throws `SignOnTaken`. */
export async function addIdentity(
  tx: Tx,
  deps: Pick<FederationDeps, 'ids' | 'clock' | 'audit'>,
  connection: Connection,
  identity: { readonly userId: string; readonly subject: string; readonly email: string | null },
): Promise<void> {
  const { userId, subject, email } = identity
  const holders = [
    await findIdentity(tx, connection.id, { subject }),
    await findIdentity(tx, connection.id, { userId }),
  ]
  if (holders.some((holder) => holder !== null)) throw refuse('SignOnTaken')
  const [id, now] = [deps.ids.next(), deps.clock.now()]
  await insertIdentity(tx, { id, connectionId: connection.id, subject, userId, email, createdAt: now, lastUsedAt: now })
  await deps.audit.record(tx, {
    chain: userId,
    action: 'auth.identity.add',
    actor: { type: 'user', id: userId },
    target: { type: 'user', id: userId },
    after: { identityId: id, connectionId: connection.id, subject: personal(userId, subject) },
  })
}

/** What the provider's groups say, and nothing that somebody gave here by hand. */
async function placeInOrg(
  tx: Tx,
  deps: FederationDeps,
  { id, orgId }: Connection,
  { rights }: Admission,
  userId: string,
): Promise<void> {
  if (orgId === null) return
  const { accounts, orgs } = deps
  const isExempt = (await listExemptIds(tx, orgId)).includes(userId)
  const current = await accounts.people.roleIn(tx, orgId, userId)
  // A default is for newcomers: what an admin changed since stays. Nobody's provider decides over an exempt admin.
  const role = current !== null && (isExempt || !rights.isByRule) ? current : rights.role
  const grants: Grant[] = role === null ? [] : [{ kind: 'role', targetId: orgId, orgId, value: role }]
  for (const [name, groupRole] of rights.groups) {
    const group = groupRole === null ? null : await orgs.findResourceGroupByName(tx, orgId, name)
    if (group && groupRole !== null) grants.push({ kind: 'group', targetId: group.id, orgId, value: groupRole })
  }
  await applyGrants(tx, deps, { userId, source: `sso:${id}` }, grants)
}

/** Somebody whose groups give no place any more loses the one that they gave. */
async function endMembership(
  tx: Tx,
  deps: FederationDeps,
  connection: Connection,
  assertion: Assertion,
  plan: Plan,
): Promise<void> {
  if (!('code' in plan) || plan.code !== 'SignOnNoRole') return
  const known = await findIdentity(tx, connection.id, { subject: assertion.subject })
  if (known) await applyGrants(tx, deps, { userId: known.userId, source: `sso:${connection.id}` }, [])
}

interface SignOnRecord {
  readonly userId: string | null
  readonly outcome: 'success' | 'denied' | 'failed'
  readonly how?: string
  readonly reason?: string
}

/** Records a sign-in through a connection in the organisation's chain, or the platform's. */
export async function recordSignOn(
  tx: Tx,
  deps: Pick<FederationDeps, 'audit'>,
  connection: Connection,
  { userId, outcome, how, reason }: SignOnRecord,
): Promise<void> {
  const who =
    userId === null ? ({ type: 'anonymous', id: 'anonymous' } as const) : ({ type: 'user', id: userId } as const)
  await deps.audit.record(tx, {
    chain: connection.orgId ?? 'platform',
    action: connection.orgId === null ? 'auth.sso_login' : 'org.sso_login',
    outcome,
    actor: who,
    target: { type: 'connection', id: connection.id, name: connection.name },
    after: { userId, account: how },
    ...(reason === undefined ? {} : { reason }),
  })
}
