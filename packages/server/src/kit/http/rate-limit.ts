import { type RateBucket, refuse } from '@stoa/contracts'
import type { Clock } from '../clock.js'

const WINDOW_S = 300
const MAX_KEYS = 50_000

/** Requests a window, for somebody known and for an address (trust.md §10). */
const QUOTAS: Record<RateBucket, { known: number; anonymous: number }> = {
  api: { known: 5_000, anonymous: 1_000 },
  resolvers: { known: 20_000, anonymous: 5_000 },
  pages: { known: 5_000, anonymous: 1_500 },
  git: { known: 5_000, anonymous: 1_000 },
  inference: { known: 60_000, anonymous: 0 },
  auth: { known: 100, anonymous: 60 },
  search: { known: 1_500, anonymous: 500 },
  // Identity providers send from few addresses, and thousands of people in a first round.
  scim: { known: 10_000, anonymous: 10_000 },
}

export interface RateLimiter {
  /** Counts one request; throws `RateLimited` past the quota. Returns the headers the current clients parse (hub-api 1.4). */
  take(bucket: RateBucket, key: string, isKnown: boolean): Record<string, string>
}

export const NO_LIMITS: RateLimiter = { take: () => ({}) }

/** A limiter that lets everything through while `isOff` says so. */
export function unless(isOff: () => boolean, limiter: RateLimiter): RateLimiter {
  return { take: (bucket, key, isKnown) => (isOff() ? {} : limiter.take(bucket, key, isKnown)) }
}

/** Fixed windows in this process's memory; a second process counts for itself. */
export function createRateLimiter(clock: Clock): RateLimiter {
  let windowStart = 0
  let counts = new Map<string, number>()
  return {
    take(bucket, key, isKnown) {
      const nowS = Math.floor(clock.now().getTime() / 1000)
      const start = nowS - (nowS % WINDOW_S)
      if (start !== windowStart || counts.size > MAX_KEYS) {
        windowStart = start
        counts = new Map()
      }
      const quota = isKnown ? QUOTAS[bucket].known : QUOTAS[bucket].anonymous
      const id = `${bucket} ${key}`
      const used = (counts.get(id) ?? 0) + 1
      counts.set(id, used)
      const resetS = start + WINDOW_S - nowS
      const headers = {
        ratelimit: `"${bucket}";r=${Math.max(0, quota - used)};t=${resetS}`,
        'ratelimit-policy': `"fixed window";"${bucket}";q=${quota};w=${WINDOW_S}`,
      }
      if (used > quota) {
        throw refuse(
          'RateLimited',
          `Too many requests. Wait ${resetS} seconds.`,
          {},
          {
            headers: { ...headers, 'retry-after': String(resetS) },
          },
        )
      }
      return headers
    },
  }
}
