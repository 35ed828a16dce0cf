import { hash } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import { type Actor, ANONYMOUS, type Authenticate, type TokenScope, type UserActor } from '../../kit/http/actor.js'
import { addressPrefix } from '../../kit/http/address-prefix.js'
import { LOADERS, type LoadDeps } from './believe.js'
import { type Believed, createCredentialCache, type CredentialCache } from './credential-cache.js'
import { limitActor } from './held-back.js'
import { mayBeUsedFrom } from './authz/token-policy.js'
import { touchSessions, touchTokens } from './queries/credentials.js'
import { HUB_COOKIE, readCredential, sessionCookieName } from './read-credentials.js'

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
  /**
   * Facts of an access token used from an address, null when it is unknown, expired or its owner is suspended. Synchronous
   * when warm. Throws `AddressNotAllowed`.
   */
  verifyToken(secret: string, address: string): TokenFacts | null | Promise<TokenFacts | null>
  /**
   * The actor a credential stands for by now and from this address, by its id; null when it was revoked or ended, its owner may
   * not act, or it may not be used from there.
   */
  recall(credential: CredentialId, address: string): Promise<UserActor | null>
  readonly cache: CredentialCache
  /** Writes gathered last uses; called by the clock and at stop. */
  flushLastUses(): Promise<void>
}

export function createAuthentication(deps: LoadDeps): Authentication {
  const { isLenient } = deps.settings
  /** Where each token was last used from. */
  const usedTokens = new Map<string, string>()
  const usedSessions = new Set<string>()
  const cache = createCredentialCache(deps.clock, (key) => LOADERS[key[0] ?? '']?.(deps, key.slice(1)) ?? NOBODY)

  const authenticate: Authenticate = async ({ authorization, cookie, address }) => {
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
    return noteUse(admit(believed, address), address)
  }

  /** Throws `AddressNotAllowed` for a token that may not be used from there. */
  function admit({ actor, limits }: Believed, address: string): UserActor {
    if (!limits) return actor
    if (!mayBeUsedFrom(limits, address))
      throw refuse('AddressNotAllowed', 'This access token may not be used from this network.')
    return limitActor(actor, limits, address, deps.clock.now())
  }

  function noteUse(actor: UserActor, address: string): Actor {
    if (actor.auth.type === 'token') usedTokens.set(actor.auth.tokenId, address)
    else usedSessions.add(actor.auth.sessionId)
    return actor
  }

  function toFacts(believed: Believed, address: string): TokenFacts | null {
    const actor = admit(believed, address)
    const { auth } = actor
    if (auth.type !== 'token') return null
    usedTokens.set(auth.tokenId, address)
    const { tokenId, role, scopes } = auth
    return { tokenId, userId: actor.userId, userName: actor.name, role, scopes, actor }
  }

  return {
    authenticate,
    verifyToken(secret, address) {
      const found = cache.get(`t${sha256(secret)}`)
      if (!(found instanceof Promise)) return found && toFacts(found, address)
      return found.then((believed) => believed && toFacts(believed, address))
    },
    async recall({ type, id }, address) {
      const believed = await cache.get(`${type === 'token' ? 'T' : 'S'}${id}`)
      if (!believed?.limits) return believed?.actor ?? null
      if (!mayBeUsedFrom(believed.limits, address)) return null
      return limitActor(believed.actor, believed.limits, address, deps.clock.now())
    },
    cache,
    async flushLastUses() {
      const tokens = [...usedTokens].map(([id, address]) => ({ id, prefix: addressPrefix(address) }))
      const sessions = [...usedSessions]
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

const NOBODY = Promise.resolve(null)
