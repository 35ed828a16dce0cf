import type { CallTerms, Gate, Reservation } from '../../commerce/index.js'
import { andThen, type Eventually } from './model-route.js'

/** The most a call could use. */
export interface CallBounds {
  readonly inputTokens: number
  /** Tokens of one answer; 0 for calls that generate nothing. */
  readonly outputTokens: number
  readonly answers: number
  /** Whether the body can be told a lower limit. */
  readonly canClamp: boolean
}

export interface ReservedCall {
  readonly reservation: Reservation
  /** Output tokens per answer that are paid for. */
  readonly outputTokens: number
}

/**
 * Holds the worst case of a call. Where budget or wallet afford less, the answer is clamped instead of refused
 * (gateway-speed.md §2.8); only a call that could not even make one token is.
 */
export function reserveCall(gate: Gate, terms: CallTerms, bounds: CallBounds): Eventually<ReservedCall> {
  const { inputTokens, outputTokens, answers } = bounds
  if (terms.free) return hold(gate, terms, 0n, outputTokens)
  const costOf = (tokens: number): bigint => terms.worstCaseMicros(inputTokens, tokens * answers)
  return andThen(gate.affordableMicros(terms), (affordable) => {
    const tokens =
      affordable === null || !bounds.canClamp || costOf(outputTokens) <= affordable
        ? outputTokens
        : mostAffordable(costOf, affordable, outputTokens)
    return hold(gate, terms, costOf(tokens), tokens)
  })
}

function hold(gate: Gate, terms: CallTerms, micros: bigint, outputTokens: number): Eventually<ReservedCall> {
  return andThen(gate.reserve(terms, micros), (reservation) => ({ reservation, outputTokens }))
}

/** Largest number of tokens whose cost fits, at least one. */
function mostAffordable(costOf: (tokens: number) => bigint, affordable: bigint, limit: number): number {
  let low = 1
  let high = limit
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (costOf(middle) <= affordable) low = middle
    else high = middle - 1
  }
  return low
}

/** Tokens an upstream reported, cut down to what was held if it reported more and no more can be had. */
export function fitUsage<
  U extends { readonly inputTokens: number; readonly outputTokens: number; readonly cachedInputTokens: number },
>(gate: Gate, reservation: Reservation, usage: U): Eventually<U> {
  const { terms, heldMicros } = reservation
  if (terms.free) return usage
  const cost = terms.worstCaseMicros(usage.inputTokens, usage.outputTokens)
  if (cost <= heldMicros) return usage
  return andThen(gate.extend(reservation, cost - heldMicros), (isHeld) => {
    if (isHeld) return usage
    const inputTokens = largest(usage.inputTokens, (tokens) => terms.worstCaseMicros(tokens, 0) <= heldMicros)
    const outputTokens = largest(
      usage.outputTokens,
      (tokens) => terms.worstCaseMicros(inputTokens, tokens) <= heldMicros,
    )
    return { ...usage, inputTokens, outputTokens, cachedInputTokens: Math.min(usage.cachedInputTokens, inputTokens) }
  })
}

function largest(limit: number, fits: (value: number) => boolean): number {
  let low = 0
  let high = limit
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle - 1
  }
  return low
}
