/**
 * What one process holds of one limit (a wallet or a budget window), in memory.
 * `leased` in the database = free + reserved + spent here; folding moves `spent` into the ledger.
 */
export class Scope {
  readonly kind: 'wallet' | 'budget'
  /** Ledger account of a wallet, budget id of a budget. */
  readonly subjectId: string
  /** Start of the budget window in ms; 0 for wallets. */
  readonly windowStartMs: number
  /** When the limit starts anew; null for wallets and budgets without end. */
  readonly resetsAt: Date | null
  /** `user`, `org`, `key`, `listing` or `wallet`: what a refusal names. */
  readonly label: string
  free = 0n
  reserved = 0n
  spent = 0n
  /** Last admission, for giving idle leases back. */
  usedAtMs = 0
  /** What the limit last had left besides this lease. */
  left: { readonly micros: bigint; readonly atMs: number } | null = null
  /** The read of `left` under way. */
  learning: Promise<void> | null = null
  /** The refill under way, shared by everybody who waits. */
  refilling: Promise<void> | null = null
  readonly waiting: Ask[] = []

  constructor(facts: Pick<Scope, 'kind' | 'subjectId' | 'windowStartMs' | 'resetsAt' | 'label'>) {
    this.kind = facts.kind
    this.subjectId = facts.subjectId
    this.windowStartMs = facts.windowStartMs
    this.resetsAt = facts.resetsAt
    this.label = facts.label
  }

  get leased(): bigint {
    return this.free + this.reserved + this.spent
  }

  get key(): string {
    return scopeKey(this.kind, this.subjectId, this.windowStartMs)
  }

  canHold(micros: bigint): boolean {
    return this.free >= micros
  }

  hold(micros: bigint, nowMs: number): void {
    this.free -= micros
    this.reserved += micros
    this.usedAtMs = nowMs
  }

  /** The call ended: what it took moves from reserved to spent, the rest is free again. More than was held comes out of free, which may fall below zero. */
  settle(heldMicros: bigint, takenMicros: bigint): void {
    this.reserved -= heldMicros
    this.spent += takenMicros
    this.free += heldMicros - takenMicros
  }

  /** A fold took this much out of the lease in the database. */
  folded(micros: bigint): void {
    this.spent -= micros
  }
}

/** One caller that waits for a lease. */
export interface Ask {
  readonly micros: bigint
  readonly grant: () => void
  readonly refuse: (reason: Error) => void
}

export function scopeKey(kind: 'wallet' | 'budget', subjectId: string, windowStartMs: number): string {
  return `${kind}:${subjectId}:${windowStartMs}`
}

/** A lease is an eighth of what remains, so that a handful of processes share a limit without starving each other. */
const SLICES = 8n

/**
 * How much to take from a limit for callers that ask for `asks` when `free` is held already and `remaining` is left: enough for
 * all of them or a slice ahead when there is plenty; close to the limit only the requests that fit, in the order they came.
 */
export function planGrant(asks: readonly bigint[], free: bigint, remaining: bigint): { take: bigint; fits: boolean[] } {
  const left = remaining > 0n ? remaining : 0n
  let used = 0n
  const fits = asks.map((ask) => {
    if (used + ask > free + left) return false
    used += ask
    return true
  })
  const needed = used > free ? used - free : 0n
  const slice = fits.includes(false) ? 0n : left / SLICES
  return { take: needed > slice ? needed : slice, fits }
}
