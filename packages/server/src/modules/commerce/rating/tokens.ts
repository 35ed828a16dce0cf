import type { Ratio } from '../money/rounding.js'
import { divideUp } from '../money/rounding.js'
import type { TokenRates } from './component.js'
import { priceUnits } from './units.js'

/** Meters of one call. `cached` is a part of `input`, `reasoning` a part of `output`: they are subtracted before pricing. */
export interface TokenCounts {
  readonly input: bigint
  readonly cachedInput: bigint
  readonly output: bigint
  readonly reasoning: bigint
  readonly images: bigint
  readonly requests: bigint
}

export const NO_TOKENS: TokenCounts = {
  input: 0n,
  cachedInput: 0n,
  output: 0n,
  reasoning: 0n,
  images: 0n,
  requests: 0n,
}

/** Names of the separately rounded lines of a `tokens` component, in the order of the bill. */
export const TOKEN_METERS = ['input', 'cachedInput', 'output', 'reasoning', 'images', 'requests'] as const
export type TokenMeter = (typeof TOKEN_METERS)[number]

const FREE: Ratio = { amount: 0n, per: 1n }

/** What is billed under each meter: no token appears twice. Throws RangeError when a part exceeds its whole. */
export function billableCounts(counts: TokenCounts): Record<TokenMeter, bigint> {
  if (counts.cachedInput > counts.input) throw new RangeError('cached input is a part of input')
  if (counts.reasoning > counts.output) throw new RangeError('reasoning is a part of output')
  return { ...counts, input: counts.input - counts.cachedInput, output: counts.output - counts.reasoning }
}

/** The rate of each meter, defaults filled in. */
export function meterRates(rates: TokenRates): Record<TokenMeter, Ratio> {
  return {
    input: rates.input,
    cachedInput: rates.cachedInput ?? rates.input,
    output: rates.output,
    reasoning: rates.reasoning ?? rates.output,
    images: rates.perImage ?? FREE,
    requests: rates.perRequest ?? FREE,
  }
}

/** R1 of every meter of a `tokens` component. */
export function priceTokens(counts: TokenCounts, rates: TokenRates): Record<TokenMeter, bigint> {
  const quantities = billableCounts(counts)
  const perMeter = meterRates(rates)
  const price = (meter: TokenMeter): bigint => priceUnits(quantities[meter], perMeter[meter])
  return {
    input: price('input'),
    cachedInput: price('cachedInput'),
    output: price('output'),
    reasoning: price('reasoning'),
    images: price('images'),
    requests: price('requests'),
  }
}

/** Upper bound of what these counts can add to any running total: every meter rounded up. */
export function boundTokens(counts: TokenCounts, rates: TokenRates): bigint {
  const quantities = billableCounts(counts)
  const perMeter = meterRates(rates)
  return TOKEN_METERS.reduce(
    (sum, meter) => sum + divideUp(quantities[meter] * perMeter[meter].amount, perMeter[meter].per),
    0n,
  )
}

/** Micros of all meters together. */
export function sumTokenPrice(counts: TokenCounts, rates: TokenRates): bigint {
  return Object.values(priceTokens(counts, rates)).reduce((sum, micros) => sum + micros, 0n)
}
