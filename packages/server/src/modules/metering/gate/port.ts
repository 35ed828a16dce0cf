/**
 * The face of commerce on the call path: what the inference door asks before, during and after one metered call.
 * All amounts are bigint micros (10^-6 of the currency's major unit), all quantities whole tokens.
 */

/** Who calls what, for whom. `resource` is an opaque name such as `repo:acme/tiny-llama`. */
export interface CallSubject {
  /** Account that pays: the token's user, or the organisation chosen with `X-HF-Bill-To`. */
  readonly payerId: string
  readonly userId: string
  /** Null for a browser session. */
  readonly tokenId: string | null
  readonly resource: string
}

/** The price of one call as the buyer sees it: exact rationals, micros per `per` units. */
export interface CallRates {
  readonly currency: string
  readonly input: { readonly amount: bigint; readonly per: bigint }
  readonly cachedInput: { readonly amount: bigint; readonly per: bigint }
  readonly output: { readonly amount: bigint; readonly per: bigint }
  readonly request: { readonly amount: bigint; readonly per: bigint }
}

/** Frozen facts for one subject; cached, so the same object comes back while nothing changed. */
export interface CallTerms {
  readonly subject: CallSubject
  /** No published listing: nothing is charged, usage is journalled all the same. */
  readonly free: boolean
  /** Null when free. */
  readonly rates: CallRates | null
  readonly listingId: string | null
  /**
   * Upper bound of what a call can cost, rounded up; 0n when free.
   * @param inputTokens an upper bound (a length estimate will do) @param maxOutputTokens after clamping
   */
  worstCaseMicros(inputTokens: number, maxOutputTokens: number): bigint
}

/** A held amount; settle or release it exactly once. */
export interface Reservation {
  readonly terms: CallTerms
  readonly heldMicros: bigint
}

/** Final counts of one call. `cachedInputTokens` is a part of `inputTokens`. */
export interface CallUsage {
  /** At most 24 ASCII characters (`kit.ids.next()` fits); longer is refused. */
  readonly requestId: string
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly latencyMs: number
  readonly endpointId: string | null
}

export interface Settlement {
  /** R1 of this call alone (what `x-stoa-cost-micros` shows). Folds post cumulative differences (R10), so sums never drift. */
  readonly costMicros: bigint
  /** Resolves once the record is on disk: hold the last byte of the answer for it. Rejects when the journal cannot be written. */
  readonly durable: Promise<void>
}

/**
 * Every method is synchronous when warm; the Promise forms run SQL once (terms unknown, lease empty).
 * `reserve` throws (or rejects with) `insufficient_credit` or `budget_exceeded` (402, detail `{type, code, scope, resets_at}`)
 * and `MeteringUnavailable` (503) while usage cannot be journalled; free calls pass and are counted as unrecorded.
 */
export interface Gate {
  terms(subject: CallSubject): CallTerms | Promise<CallTerms>
  /**
   * Micros the tightest of budgets and wallet still affords; null when nothing limits the call.
   * Clamp `max_tokens` with it instead of refusing a call that names none.
   */
  affordableMicros(terms: CallTerms): bigint | null | Promise<bigint | null>
  reserve(terms: CallTerms, worstCaseMicros: bigint): Reservation | Promise<Reservation>
  /** Adds to a held reservation for a stream that runs on; false when money or budget ends (finish with `length`). */
  extend(reservation: Reservation, extraMicros: bigint): boolean | Promise<boolean>
  /** Journals the call and gives back what was held too much, in one synchronous block. */
  settle(reservation: Reservation, usage: CallUsage): Settlement
  /** Gives the whole hold back: the call failed and bills nothing. */
  release(reservation: Reservation): void
}
