import type { Actor, HeldBack, PlatformDuty, Role, UserActor } from '../../../kit/http/actor.js'
import { isAtLeast, roleIn } from '../account.js'
import { barredFrom } from '../held-back.js'
import { scopeAllows } from '../token-scope.js'
import {
  ACCOUNT_RULES,
  type AccountAction,
  type AccountRule,
  type Action,
  PLATFORM_RULES,
  type PlatformAction,
  type RepoAction,
} from './actions.js'
import { allowed, type Decision, refused, type Rule } from './decision.js'
import { type AccessContext, type AccountResource, NO_CONTEXT, type RepoResource, scopeTargetOf } from './resource.js'

/** What an action is asked of: repositories and buckets, accounts, or the platform (null). */
export type ResourceOf<A extends Action> = A extends RepoAction
  ? RepoResource
  : A extends AccountAction
    ? AccountResource
    : null

/**
 * The one decision of what an actor may do (trust.md §2). Pure, and no unless something says yes. Asked in this order: state of
 * the account, policies waiting, the credential, the network, visibility and role, resource group, gate, entitlement.
 */
export function can<A extends Action>(
  actor: Actor,
  action: A,
  resource: ResourceOf<A>,
  context: AccessContext = NO_CONTEXT,
): Decision {
  if (action in ACCOUNT_RULES) return canAccount(actor, action as AccountAction, resource as AccountResource, context)
  if (action in PLATFORM_RULES) return canPlatform(actor, action as PlatformAction, context)
  return canRepo(actor, action as RepoAction, resource as RepoResource, context)
}

/** What stands in the way whatever is asked for: the state of the account, a borrowed view, a policy that waits. */
function obstacle(actor: Actor, writes: boolean, context: AccessContext): Decision | null {
  if (actor.kind === 'anonymous') return null
  if (actor.state === 'suspended') return refused('account.state')
  if (!writes) return null
  if (actor.needsSecondFactor === 'everything') return refused('security.mfa_required')
  if (actor.impersonator) return refused('account.state')
  return context.isPolicyPending ? refused('policy.acceptance') : null
}

/** The rule behind each reason to keep somebody out for now. */
const RULE_OF: Readonly<Record<HeldBack, Rule>> = {
  mfa: 'security.mfa_required',
  sso: 'security.sign_on',
  ip: 'network.range',
  'token-policy': 'token.policy',
  'token-revoked': 'token.policy',
}

export const REPO_RULES = {
  'repo.see': { role: 'read', permission: 'repo.content.read', writes: false },
  'repo.read': { role: 'read', permission: 'repo.content.read', writes: false },
  'repo.write': { role: 'write', permission: 'repo.content.write', writes: true },
  'repo.admin': { role: 'admin', permission: 'repo.write', writes: true },
  'repo.logs': { role: 'write', permission: 'repo.content.read', writes: false },
} as const satisfies Record<RepoAction, { role: Role; permission: string; writes: boolean }>

function canRepo(actor: Actor, action: RepoAction, repo: RepoResource, context: AccessContext): Decision {
  const { permission, writes } = REPO_RULES[action]
  const stopped = obstacle(actor, writes, context)
  if (stopped) return stopped
  // What everybody may do needs no credential, so no credential is too weak for it.
  if (isOpen(action, repo, context)) return allowed('access.visibility')
  if (actor.kind === 'anonymous') return refused(outside(action, repo))
  if (!scopeAllows(actor.auth, permission, scopeTargetOf(repo))) return refused('token.scope')
  const barred = barredFrom(actor, repo.accountId)
  if (barred) return refused(RULE_OF[barred])
  const decision = canInside(actor, action, repo, context)
  if (decision.allow) return context.isNotEntitled ? refused('entitlement.plan') : decision
  if (!writes && actor.brokenGlass?.includes(repo.accountId)) return allowed('access.break_glass')
  return decision.rule === 'access.role' && roleOn(actor, repo) === null ? refused(outside(action, repo)) : decision
}

/** What membership gives. Where members stand at the gate too, only who may write reads without a grant. */
function canInside(actor: UserActor, action: RepoAction, repo: RepoResource, context: AccessContext): Decision {
  const mustAsk =
    action === 'repo.read' && repo.orgMembersGated === true && repo.gated !== 'false' && context.hasGrant !== true
  if (!mustAsk && isInternalTo(actor, action, repo)) return allowed('access.role')
  const decision = canByRole(actor, mustAsk ? 'write' : REPO_RULES[action].role, repo)
  return mustAsk && !decision.allow && roleOn(actor, repo) !== null ? refused('access.gate') : decision
}

/** Public things are seen by all; their files are read by all unless a gate asks for a grant. */
function isOpen(action: RepoAction, repo: RepoResource, context: AccessContext): boolean {
  if (repo.visibility !== 'public') return false
  if (action === 'repo.see') return true
  return action === 'repo.read' && (repo.gated === 'false' || context.hasGrant === true)
}

/** The rule that keeps somebody without a role out. */
function outside(action: RepoAction, repo: RepoResource) {
  if (repo.visibility !== 'public') return 'access.visibility'
  return action === 'repo.read' ? 'access.gate' : 'access.role'
}

/** What is internal is read by every member with a role, also from inside a resource group of others. */
function isInternalTo(actor: UserActor, action: RepoAction, repo: RepoResource): boolean {
  if (repo.visibility !== 'internal' || (action !== 'repo.see' && action !== 'repo.read')) return false
  return isAtLeast(roleIn(actor, repo.accountId), 'read')
}

function canByRole(actor: UserActor, needed: Role, repo: RepoResource): Decision {
  if (actor.isAdmin) return allowed('access.duty')
  const role = roleOn(actor, repo)
  if (isAtLeast(role, needed)) return allowed(isGrouped(repo) ? 'access.group' : 'access.role')
  // A contributor administers what they made, and so does a writer.
  if (isAtLeast(role, 'contributor') && repo.createdBy === actor.userId) return allowed('access.role')
  const isGroupsOnly = isGrouped(repo) && isAtLeast(roleIn(actor, repo.accountId), needed)
  return refused(isGroupsOnly ? 'access.group' : 'access.role')
}

/**
 * The role that counts for a repository: the one in its resource group when it is in one, which an admin of the organisation
 * does not need; else the one in its account. A seat without access is no role.
 */
export function roleOn(actor: UserActor, repo: RepoResource): Role | null {
  const role = roleIn(actor, repo.accountId)
  if (!isGrouped(repo) || role === 'admin') return role === 'no_access' ? null : role
  const membership = actor.memberships.find(({ accountId }) => accountId === repo.accountId)
  return membership?.groups?.find(({ groupId }) => groupId === repo.resourceGroupId)?.role ?? null
}

const isGrouped = (repo: RepoResource): boolean => repo.resourceGroupId !== undefined && repo.resourceGroupId !== null

function canAccount(actor: Actor, action: AccountAction, account: AccountResource, context: AccessContext): Decision {
  const rule: AccountRule = ACCOUNT_RULES[action]
  const stopped = obstacle(actor, rule.writes, context)
  if (stopped) return stopped
  if (actor.kind === 'anonymous') return refused('access.role')
  if (rule.permission !== null && !scopeAllows(actor.auth, rule.permission, account)) return refused('token.scope')
  const barred = barredFrom(actor, account.id)
  if (barred && action !== 'org.leave') return refused(RULE_OF[barred])
  const decision = canByStanding(actor, rule, account)
  return decision.allow && context.isNotEntitled ? refused('entitlement.plan') : decision
}

function canByStanding(actor: UserActor, rule: AccountRule, account: AccountResource): Decision {
  if (rule.role !== null && isAtLeast(roleIn(actor, account.id), rule.role)) return allowed('access.role')
  const membership = actor.memberships.find(({ accountId }) => accountId === account.id)
  if (membership?.duties?.some((duty) => rule.duties.includes(duty))) return allowed('access.duty')
  if (holdsAny(actor, rule.platform)) return allowed('access.duty')
  return refused(membership?.heldBack ? RULE_OF[membership.heldBack] : 'access.role')
}

function canPlatform(actor: Actor, action: PlatformAction, context: AccessContext): Decision {
  const { duties, writes } = PLATFORM_RULES[action]
  const stopped = obstacle(actor, writes, context)
  if (stopped) return stopped
  if (actor.kind === 'anonymous') return refused('access.duty')
  // A token that may only read runs nothing; a fine-grained one names what it may do, and this is never among it.
  if (actor.auth.type === 'token' && (actor.auth.role === 'fineGrained' || (writes && actor.auth.role === 'read')))
    return refused('token.scope')
  if (holdsAny(actor, duties)) return allowed('access.duty')
  return refused(actor.needsSecondFactor ? 'security.mfa_required' : 'access.duty')
}

/** Whether an actor holds one of these duties for the platform. */
export function holdsAny(actor: UserActor, duties: readonly PlatformDuty[]): boolean {
  return (actor.isAdmin && duties.includes('owner')) || (actor.duties?.some((duty) => duties.includes(duty)) ?? false)
}
