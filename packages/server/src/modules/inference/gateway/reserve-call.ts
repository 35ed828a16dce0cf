import type { CallTerms, Gate, Reservation } from '../../metering/index.js'
import { andThen, type Eventually } from './model-route.js'

/** The most a call could use. */
export interface CallBounds {
  readonly inputTokens: number
  /** Tokens of one answer; 0 for calls that generate nothing. */
  readonly outputTokens: number
  readonly answers: number
  /** The caller named the limit itself. */
  readonly isLimited: boolean
  /** Whether the body can be told a lower limit. */
  readonly canClamp: boolean
}

export interface ReservedCall {
  readonly reservation: Reservation
  /** Output tokens per answer that are paid for. */
  readonly outputTokens: number
  /** Counts up to which the hold covers the call for certain. */
  readonly bound: TokenBound
}

export interface TokenBound {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A call that could not even make so many tokens is refused. */
const MIN_CLAMPED_TOKENS = 16
/** Held for a call that names no limit, where the most it could make is more than an eighth of what is left. */
const STEP_TOKENS = 128
const SHARE = 8n

/**
 * Holds the worst case of a call. Only when budget or wallet refuse it is asked what they still afford, and the answer
 * clamped to that instead of refused (gateway-speed.md §2.8). A call that names no limit then takes no more than a share
 * of what is left, so that others of the same payer get their turn.
 */
export function reserveCall(gate: Gate, terms: CallTerms, bounds: CallBounds): Eventually<ReservedCall> {
  const { inputTokens, outputTokens, answers, canClamp } = bounds
  if (terms.free) return hold(gate, terms, 0n, bounds, outputTokens)
  const costOf = (tokens: number): bigint => terms.worstCaseMicros(inputTokens, tokens * answers)
  const clamp = (error: unknown): Promise<ReservedCall> => {
    if (!canClamp || (error as { status?: unknown }).status !== 402) throw error
    return holdClamped(gate, terms, bounds, costOf)
  }
  try {
    const held = hold(gate, terms, costOf(outputTokens), bounds, outputTokens)
    return held instanceof Promise ? held.catch(clamp) : held
  } catch (error) {
    return clamp(error)
  }
}

async function holdClamped(
  gate: Gate,
  terms: CallTerms,
  bounds: CallBounds,
  costOf: (tokens: number) => bigint,
): Promise<ReservedCall> {
  const affordable = await gate.affordableMicros(terms)
  const tokens = affordable === null ? bounds.outputTokens : clampTokens(costOf, affordable, bounds)
  return hold(gate, terms, costOf(tokens), bounds, tokens)
}

function clampTokens(costOf: (tokens: number) => bigint, affordable: bigint, bounds: CallBounds): number {
  const { outputTokens, isLimited } = bounds
  const step = costOf(Math.min(STEP_TOKENS, outputTokens))
  const share = affordable / SHARE > step ? affordable / SHARE : step
  const limit = isLimited || share > affordable ? affordable : share
  if (costOf(outputTokens) <= limit) return outputTokens
  const fitting = largest(outputTokens, (tokens) => costOf(tokens) <= limit)
  return Math.max(fitting, Math.min(MIN_CLAMPED_TOKENS, outputTokens))
}

function hold(
  gate: Gate,
  terms: CallTerms,
  micros: bigint,
  { inputTokens, answers }: CallBounds,
  outputTokens: number,
): Eventually<ReservedCall> {
  const held = gate.reserve(terms, micros)
  const bound = { inputTokens, outputTokens: outputTokens * answers }
  return held instanceof Promise
    ? held.then((reservation) => ({ reservation, outputTokens, bound }))
    : { reservation: held, outputTokens, bound }
}

/** Tokens an upstream reported, cut down to what was held if it reported more and no more can be had. */
export function fitUsage<
  U extends { readonly inputTokens: number; readonly outputTokens: number; readonly cachedInputTokens: number },
>(gate: Gate, reservation: Reservation, bound: TokenBound, usage: U): Eventually<U> {
  const { terms, heldMicros } = reservation
  if (terms.free) return usage
  if (usage.inputTokens <= bound.inputTokens && usage.outputTokens <= bound.outputTokens) return usage
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

/** Largest value up to `limit` that fits; 0 when none does. */
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
