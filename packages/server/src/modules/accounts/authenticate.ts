import { hash } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import { type Actor, ANONYMOUS, type Authenticate, type TokenScope, type UserActor } from '../../kit/http/actor.js'
import { type Believed, createCredentialCache, type CredentialCache } from './credential-cache.js'
import { can } from './authz/can.js'
import type { AccountsDeps } from './deps.js'
import { awaitSignOn, demandOn, holdBack, isSecured } from './mfa-demand.js'
import type { SignOnCredential } from './sign-ons.js'
import type { PlatformSettings } from './platform-settings.js'
import { findAccountRowById } from './queries/accounts.js'
import {
  findSession,
  findSessionById,
  findToken,
  findTokenById,
  type SessionRow,
  type TokenRow,
  touchSessions,
  touchTokens,
} from './queries/credentials.js'
import { listMemberships } from './queries/memberships.js'
import { findStanding } from './queries/standing.js'
import { HUB_COOKIE, readCredential, sessionCookieName } from './read-credentials.js'
import type { HeldToken } from './token-source.js'

/** An unused session ends after this; every session ends at its `expires_at`. */
const SESSION_IDLE_MS = 14 * 24 * 3_600_000

/** What the `/v1` path needs to know of an access token. */
export interface TokenFacts {
  readonly tokenId: string
  readonly userId: string
  readonly userName: string
  readonly role: 'read' | 'write' | 'fineGrained'
  readonly scopes: readonly TokenScope[]
  readonly actor: UserActor
}

/** Names a credential without its secret. */
export interface CredentialId {
  readonly type: 'token' | 'session'
  readonly id: string
}

export interface Authentication {
  readonly authenticate: Authenticate
  /** Facts of an access token, null when it is unknown, expired or its owner is suspended. Synchronous when warm. */
  verifyToken(secret: string): TokenFacts | null | Promise<TokenFacts | null>
  /** The actor a credential stands for by now, by its id; null when it was revoked or ended, or its owner may not act. */
  recall(credential: CredentialId): Promise<UserActor | null>
  readonly cache: CredentialCache
  /** Writes gathered last uses; called by the clock and at stop. */
  flushLastUses(): Promise<void>
}

interface LoadDeps extends AccountsDeps {
  readonly settings: PlatformSettings
}

export function createAuthentication(deps: LoadDeps): Authentication {
  const { isLenient } = deps.settings
  const usedTokens = new Set<string>()
  const usedSessions = new Set<string>()
  const cache = createCredentialCache(deps.clock, (key) => LOADERS[key[0] ?? '']?.(deps, key.slice(1)) ?? NOBODY)

  const authenticate: Authenticate = async ({ authorization, cookie }) => {
    const names = [sessionCookieName(deps.publicUrl()), ...(isLenient() ? [HUB_COOKIE] : [])]
    const sent = readCredential({ authorization, cookie }, names)
    if (sent.kind === 'none') return ANONYMOUS
    if (sent.kind === 'malformed') throw refuse('InvalidCredentials')
    const key = (sent.kind === 'token' ? 't' : 's') + sha256(sent.secret)
    const believed = await cache.get(key)
    // A stale cookie is a visitor; a wrong token is a mistake its sender must hear of (hub-api 1.3).
    if (!believed) {
      if (sent.kind === 'session') return ANONYMOUS
      throw refuse('InvalidCredentials')
    }
    return noteUse(believed)
  }

  function noteUse({ actor }: Believed): Actor {
    if (actor.auth.type === 'token') usedTokens.add(actor.auth.tokenId)
    else usedSessions.add(actor.auth.sessionId)
    return actor
  }

  return {
    authenticate,
    verifyToken(secret) {
      const found = cache.get(`t${sha256(secret)}`)
      if (!(found instanceof Promise)) return found && toFacts(found, usedTokens)
      return found.then((believed) => believed && toFacts(believed, usedTokens))
    },
    recall: async ({ type, id }) => (await cache.get(`${type === 'token' ? 'T' : 'S'}${id}`))?.actor ?? null,
    cache,
    async flushLastUses() {
      const [tokens, sessions] = [[...usedTokens], [...usedSessions]]
      usedTokens.clear()
      usedSessions.clear()
      if (tokens.length + sessions.length === 0) return
      const now = deps.clock.now()
      await deps.write(async (tx) => {
        if (tokens.length > 0) await touchTokens(tx, tokens, now)
        if (tokens.length > 0) await deps.tokenSource().touch(tx, tokens, now)
        if (sessions.length > 0) await touchSessions(tx, sessions, now)
      })
    },
  }
}

function sha256(secret: string): string {
  return hash('sha256', secret, 'hex')
}

function toFacts({ actor }: Believed, used: Set<string>): TokenFacts | null {
  const { auth } = actor
  if (auth.type !== 'token') return null
  used.add(auth.tokenId)
  return {
    tokenId: auth.tokenId,
    userId: actor.userId,
    userName: actor.name,
    role: auth.role,
    scopes: auth.scopes,
    actor,
  }
}

const NOBODY = Promise.resolve(null)

/** What the first letter of a key of the cache says: the hash of a secret follows, or the id of a credential. */
const LOADERS: Readonly<Record<string, (deps: LoadDeps, rest: string) => Promise<Believed | null>>> = {
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
  const actor = await loadUser(deps, { userId: token.userId, by: { kind: 'token', id: tokenId } }, () => ({
    type: 'token',
    tokenId,
    role,
    scopes,
  }))
  return actor && { actor, endsMs: token.expiresAt?.getTime() ?? null }
}

async function believeHeld(deps: LoadDeps, held: HeldToken | null): Promise<Believed | null> {
  const actor =
    held &&
    (await loadUser(
      deps,
      { userId: held.userId, by: held.grantId === null ? null : { kind: 'grant', id: held.grantId } },
      held.toAuth,
    ))
  return actor && { actor, endsMs: held.endsMs }
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
  if (!actor || session.impersonatorId === null) return actor && { actor, endsMs }
  const impersonator = await loadImpersonator(deps, session.impersonatorId)
  return impersonator ? { actor: { ...actor, impersonator }, endsMs } : null
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
    listMemberships(deps.db, userId),
    findStanding(deps.db, userId, deps.clock.now()),
  ])
  if (!user || user.state !== 'active') return null
  const sees = toAuth(user, memberships)
  const isStrong = sees.type === 'session' && sees.isStrong === true
  const demand = demandOn({ demanded: await deps.settings.mfaRequired(), isSecured: isSecured(user, isStrong) })
  const isAsked = by !== null && user.kind === 'user' && memberships.length > 0
  const unmet = isAsked ? await deps.signOns().listUnmet(deps.db, { userId, credential: by, memberships }) : null
  const allowed = memberships.map((membership) =>
    unmet?.has(membership.accountId) ? awaitSignOn(membership) : holdBack(membership, demand),
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
