import type { UserActor } from '../../kit/http/actor.js'
import { compileIpRanges } from '../../kit/http/ip-ranges.js'
import { can } from './authz/can.js'
import type { Believed } from './credential-cache.js'
import type { AccountsDeps } from './deps.js'
import { withhold } from './held-back.js'
import { demandOn, holdBack, isSecured } from './mfa-demand.js'
import type { SignOnCredential } from './sign-ons.js'
import type { OrgLimit, TokenTraits } from './authz/token-policy.js'
import type { PlatformSettings } from './platform-settings.js'
import { findAccountRowById } from './queries/accounts.js'
import {
  findSession,
  findSessionById,
  findToken,
  findTokenById,
  type SessionRow,
  type TokenRow,
} from './queries/credentials.js'
import { listMemberships } from './list-memberships.js'
import { listPoliciesOver } from './list-policies-over.js'
import { findStanding } from './queries/standing.js'
import type { HeldToken } from './token-source.js'

/** An unused session ends after this; every session ends at its `expires_at`. */
const SESSION_IDLE_MS = 14 * 24 * 3_600_000

export interface LoadDeps extends AccountsDeps {
  readonly settings: PlatformSettings
}

/** What the first letter of a key of the cache says: the hash of a secret follows, or the id of a credential. */
export const LOADERS: Readonly<Record<string, (deps: LoadDeps, rest: string) => Promise<Believed | null>>> = {
  t: async (deps, secretHash) => {
    const token = await findToken(deps.db, secretHash)
    return token ? believeToken(deps, token) : believeHeld(deps, await deps.tokenSource().find(deps.db, secretHash))
  },
  T: async (deps, id) => {
    const token = await findTokenById(deps.db, id)
    return token ? believeToken(deps, token) : believeHeld(deps, await deps.tokenSource().findById(deps.db, id))
  },
  s: async (deps, secretHash) => believeSession(deps, await findSession(deps.db, secretHash)),
  S: async (deps, id) => believeSession(deps, await findSessionById(deps.db, id)),
}

async function believeToken(deps: LoadDeps, token: TokenRow): Promise<Believed | null> {
  if (token.expiresAt && token.expiresAt <= deps.clock.now()) return null
  const { id: tokenId, role, scopes } = token
  const claim: Claimed = { userId: token.userId, by: { kind: 'token', id: tokenId } }
  const actor = await loadUser(deps, claim, () => ({ type: 'token', tokenId, role, scopes }))
  if (!actor) return null
  const traits = { kind: role, approvalId: actor.isService ? null : tokenId, bornAt: token.createdAt }
  const limits = await loadLimits(deps, actor, traits, token.ipRanges)
  return { actor, endsMs: token.expiresAt?.getTime() ?? null, ...limits }
}

async function believeHeld(deps: LoadDeps, held: HeldToken | null): Promise<Believed | null> {
  if (!held) return null
  const { userId, grantId, bornAt } = held
  const actor = await loadUser(
    deps,
    { userId, by: grantId === null ? null : { kind: 'grant', id: grantId } },
    held.toAuth,
  )
  if (!actor) return null
  const limits = await loadLimits(deps, actor, { kind: 'fineGrained', approvalId: grantId, bornAt }, [])
  return { actor, endsMs: held.endsMs, ...limits }
}

async function believeSession(deps: LoadDeps, session: SessionRow | null): Promise<Believed | null> {
  if (!session) return null
  const endsMs = sessionEndMs(session)
  if (endsMs <= deps.clock.now().getTime()) return null
  const actor = await loadUser(deps, { userId: session.userId, by: { kind: 'session', id: session.id } }, () => ({
    type: 'session',
    sessionId: session.id,
    isStrong: session.isStrong,
  }))
  if (!actor) return null
  const limits = await loadLimits(deps, actor, null, [])
  if (session.impersonatorId === null) return { actor, endsMs, ...limits }
  const impersonator = await loadImpersonator(deps, session.impersonatorId)
  return impersonator ? { actor: { ...actor, impersonator }, endsMs, ...limits } : null
}

/** The earlier of the absolute end and fourteen idle days. */
export function sessionEndMs(session: Pick<SessionRow, 'expiresAt' | 'lastUsedAt'>): number {
  return Math.min(session.expiresAt.getTime(), session.lastUsedAt.getTime() + SESSION_IDLE_MS)
}

/** Who looks through somebody's eyes, while they may: a duty that was taken away ends it. */
async function loadImpersonator(
  deps: LoadDeps,
  userId: string,
): Promise<NonNullable<UserActor['impersonator']> | null> {
  const admin = await loadUser(deps, { userId, by: null }, () => ({ type: 'session', sessionId: '' }))
  if (!admin || !can(admin, 'platform.impersonate', null).allow) return null
  return { userId, name: admin.name }
}

type ToAuth = (user: { readonly name: string }, memberships: UserActor['memberships']) => UserActor['auth']

interface Claimed {
  readonly userId: string
  /** Null when organisations ask nothing of such a credential. */
  readonly by: SignOnCredential | null
}

async function loadUser(deps: LoadDeps, { userId, by }: Claimed, toAuth: ToAuth): Promise<UserActor | null> {
  const [user, memberships, standing] = await Promise.all([
    findAccountRowById(deps.db, userId),
    listMemberships(deps.db, deps, userId),
    findStanding(deps.db, userId, deps.clock.now()),
  ])
  if (!user || user.state !== 'active') return null
  const sees = toAuth(user, memberships)
  const isStrong = sees.type === 'session' && sees.isStrong === true
  const demand = demandOn({ demanded: await deps.settings.mfaRequired(), isSecured: isSecured(user, isStrong) })
  const isAsked = by !== null && user.kind === 'user' && memberships.length > 0
  const unmet = isAsked ? await deps.signOns().listUnmet(deps.db, { userId, credential: by, memberships }) : null
  const allowed = memberships.map((membership) =>
    unmet?.has(membership.accountId) ? withhold(membership, 'sso') : holdBack(membership, demand),
  )
  const needs = demand.needs(user.isAdmin || standing.duties.length > 0)
  const auth = toAuth(user, allowed)
  // A fine-grained token names what it may do; running the platform is never among it.
  const isPlatform = (auth.type === 'session' || auth.role !== 'fineGrained') && needs === null
  return {
    kind: 'user',
    userId,
    name: user.name,
    isAdmin: user.isAdmin && isPlatform,
    memberships: allowed,
    auth,
    ...(isPlatform ? { duties: standing.duties, brokenGlass: standing.brokenGlass } : {}),
    ...(needs === null ? {} : { needsSecondFactor: needs }),
    ...(user.kind === 'service' ? { isService: true } : {}),
  }
}

/** What every request with the credential is held against; nothing for most. */
async function loadLimits(
  deps: LoadDeps,
  actor: UserActor,
  token: TokenTraits | null,
  ranges: readonly string[],
): Promise<Pick<Believed, 'limits'>> {
  const rows = await listPoliciesOver(deps.db, deps, actor.userId, token?.approvalId ?? '')
  const orgs = rows.flatMap(({ orgId, name, policy, decided, ipRanges }): OrgLimit[] => {
    const limited = { accountId: orgId, name, policy, decided, networks: ipRanges && compileIpRanges(ipRanges) }
    return token === null && limited.networks === null ? [] : [limited]
  })
  if (orgs.length === 0 && ranges.length === 0) return {}
  return { limits: { token, orgs, networks: ranges.length === 0 ? null : compileIpRanges(ranges) } }
}
