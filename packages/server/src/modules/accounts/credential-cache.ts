import type { Clock } from '../../kit/clock.js'
import type { UserActor } from '../../kit/http/actor.js'
import type { CredentialLimits } from './authz/token-policy.js'

/** How long another process may go on believing a revoked credential, at most. */
const MAX_AGE_MS = 10_000
/** A credential in use is looked up again in the background from this age on, so that calls never wait for it. */
const REFRESH_AGE_MS = 5_000
const MAX_ENTRIES = 20_000

/** A believed credential: who it belongs to and when it ends by itself. */
export interface Believed {
  readonly actor: UserActor
  /** Milliseconds since 1970; null never ends. */
  readonly endsMs: number | null
  /** What each request is held against; absent when nothing limits the credential. */
  readonly limits?: CredentialLimits
}

interface Entry extends Believed {
  readonly loadedMs: number
  isRefreshing: boolean
}

/**
 * Remembers credentials by the hash of their secret. In this process a change is seen at once, because whoever changes
 * an account drops its entries; other processes look again after at most ten seconds.
 */
export interface CredentialCache {
  /** The credential's owner; at once when it is known and fresh, else a promise. */
  get(key: string): Believed | null | Promise<Believed | null>
  forgetUser(userId: string): void
  forgetAll(): void
}

export function createCredentialCache(clock: Clock, load: (key: string) => Promise<Believed | null>): CredentialCache {
  const entries = new Map<string, Entry>()
  // A load that began before a change must not bring the old state back after it.
  let epoch = 0

  async function reload(key: string): Promise<Believed | null> {
    const begun = epoch
    const believed = await load(key)
    if (believed === null) {
      entries.delete(key)
      return null
    }
    if (begun === epoch) {
      if (entries.size >= MAX_ENTRIES) dropOldest(entries)
      entries.delete(key)
      entries.set(key, { ...believed, loadedMs: clock.now().getTime(), isRefreshing: false })
    }
    return believed
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return reload(key)
      const nowMs = clock.now().getTime()
      const ageMs = nowMs - entry.loadedMs
      if (ageMs >= MAX_AGE_MS || ageMs < 0) return reload(key)
      if (entry.endsMs !== null && entry.endsMs <= nowMs) return null
      if (ageMs >= REFRESH_AGE_MS && !entry.isRefreshing) {
        entry.isRefreshing = true
        // A failed refresh leaves the entry to its age limit; the next caller then waits and sees the error.
        reload(key).catch(() => {})
      }
      return entry
    },
    forgetUser(userId) {
      epoch += 1
      for (const [key, entry] of entries) if (entry.actor.userId === userId) entries.delete(key)
    },
    forgetAll() {
      epoch += 1
      entries.clear()
    },
  }
}

function dropOldest(entries: Map<string, Entry>): void {
  let excess = entries.size - Math.floor(MAX_ENTRIES * 0.9)
  for (const key of entries.keys()) {
    if (excess-- <= 0) return
    entries.delete(key)
  }
}
