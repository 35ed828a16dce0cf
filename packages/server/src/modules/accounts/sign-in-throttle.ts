import type { Clock } from '../../kit/clock.js'

const FORGET_AFTER_MS = 15 * 60_000
const MAX_KEYS = 20_000

/** How many wrong answers are free, and the longest wait after more. */
export interface Rule {
  readonly free: number
  readonly longestWaitMs: number
}

/** Limits for one account from one place, for a place, and for an account from anywhere. */
export type ThrottleRules = Readonly<Record<'pair' | 'address' | 'account', Rule>>

/**
 * Guessing one account from one place slows down hard. Guessing it from everywhere slows it down for at most five
 * seconds, so that an outsider can annoy but never lock somebody out (trust.md §10).
 */
const RULES = {
  pair: { free: 5, longestWaitMs: 15 * 60_000 },
  address: { free: 30, longestWaitMs: 15 * 60_000 },
  account: { free: 100, longestWaitMs: 5_000 },
} as const satisfies ThrottleRules

const LOCAL = /^(127\.|0:0:0::)/

interface Failures {
  count: number
  lastMs: number
}

/** Counts wrong passwords per account and address prefix, in this process's memory. */
export interface SignInThrottle {
  /** Milliseconds to wait before another attempt; 0 when it may be made now. */
  waitMs(login: string, addressPrefix: string): number
  recordFailure(login: string, addressPrefix: string): void
  /** A right answer forgets the pair; what others tried stays counted. */
  recordSuccess(login: string, addressPrefix: string): void
}

export function createSignInThrottle(clock: Clock, rules: ThrottleRules = RULES): SignInThrottle {
  const failures = new Map<string, Failures>()
  const keysOf = (login: string, address: string): readonly [string, Rule][] => {
    const name = login.toLowerCase()
    return [
      [`pair ${name} ${address}`, rules.pair],
      [`address ${address}`, rules.address],
      [`account ${name}`, rules.account],
    ]
  }
  return {
    waitMs(login, address) {
      const nowMs = clock.now().getTime()
      const waits = keysOf(login, address).map(([key, rule]) => remainingWaitMs(failures.get(key), rule, nowMs))
      // A proxy that does not say whom it speaks for makes everybody one address: nobody may be locked out through it.
      return Math.min(Math.max(...waits), LOCAL.test(address) ? rules.account.longestWaitMs : rules.pair.longestWaitMs)
    },
    recordFailure(login, address) {
      const nowMs = clock.now().getTime()
      if (failures.size > MAX_KEYS) dropForgotten(failures, nowMs)
      for (const [key] of keysOf(login, address)) {
        const known = failures.get(key)
        const count = known && nowMs - known.lastMs < FORGET_AFTER_MS ? known.count + 1 : 1
        failures.delete(key)
        failures.set(key, { count, lastMs: nowMs })
      }
    },
    recordSuccess(login, address) {
      failures.delete(`pair ${login.toLowerCase()} ${address}`)
    },
  }
}

/** Doubles from one second with every failure past the free ones. */
export function remainingWaitMs(known: Failures | undefined, rule: Rule, nowMs: number): number {
  if (!known || known.count < rule.free) return 0
  const doublings = Math.min(known.count - rule.free, 20)
  const waitMs = Math.min(1000 * 2 ** doublings, rule.longestWaitMs)
  return Math.max(0, known.lastMs + waitMs - nowMs)
}

/** Oldest first is the map's own order, because every failure is set anew. */
function dropForgotten(failures: Map<string, Failures>, nowMs: number): void {
  let excess = failures.size - MAX_KEYS / 2
  for (const [key, known] of failures) {
    if (excess <= 0 && nowMs - known.lastMs < FORGET_AFTER_MS) break
    failures.delete(key)
    excess -= 1
  }
}
