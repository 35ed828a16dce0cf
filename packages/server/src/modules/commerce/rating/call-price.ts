import { refuse } from '@stoa/contracts'
import { formatRate } from '../money/amount.js'
import { divideUp, type Ratio } from '../money/rounding.js'
import type { PriceComponent } from './component.js'
import { meterRates, TOKEN_METERS, type TokenCounts, type TokenMeter } from './tokens.js'
import { applyTerms, beyondIncluded, priceGraduated, priceUnits } from './units.js'

/** One separately rated meter of a plan as model calls see it. */
export interface CallLine {
  /** Place of the component in its plan. */
  readonly component: number
  readonly meter: string
  /** For reading: `0.15 / 1000000`, or the first and last of the tiers. */
  readonly rateText: string
  quantity(counts: TokenCounts): bigint
  /** R1 of a running total. Never falls while the total grows. */
  price(total: bigint): bigint
  /** What `quantity` more can at most add to the price of any total. */
  bound(quantity: bigint): bigint
}

/** `billableCounts` meter by meter and without an object: this runs several times in every call. */
const BILLABLE: Readonly<Record<TokenMeter, (counts: TokenCounts) => bigint>> = {
  input: (counts) => counts.input - counts.cachedInput,
  cachedInput: (counts) => counts.cachedInput,
  output: (counts) => counts.output - counts.reasoning,
  reasoning: (counts) => counts.reasoning,
  images: (counts) => counts.images,
  requests: (counts) => counts.requests,
}

/** Meters that a plain component may name. */
const METERS: Readonly<Record<string, (counts: TokenCounts) => bigint>> = {
  'inference.input_tokens': (counts) => counts.input,
  'inference.cached_input_tokens': (counts) => counts.cachedInput,
  'inference.output_tokens': (counts) => counts.output,
  'api.requests': (counts) => counts.requests,
}

/**
 * Compiles the components of a prepaid plan for the call path. Throws `PlanUnusable` for what cannot be drawn from a wallet call by
 * call: volume prices may fall (R10), flat and seat prices need a subscription.
 */
export function compileCallPrice(components: readonly PriceComponent[]): CallLine[] {
  return components.flatMap((component, index) => compileComponent(component, index))
}

function compileComponent(component: PriceComponent, index: number): CallLine[] {
  if (component.kind === 'tokens') {
    if (component.included !== undefined || component.capMicros !== undefined)
      throw unusable('a tokens component takes no included units and no cap; use per_unit components')
    const rates = meterRates(component.rates)
    return TOKEN_METERS.filter((meter) => rates[meter].amount > 0n).map((meter) => ({
      component: index,
      meter,
      rateText: formatRate(rates[meter]),
      quantity: BILLABLE[meter],
      price: (total) => applyTerms(priceUnits(total, rates[meter]), component),
      bound: (quantity) => ceiling(quantity, rates[meter]),
    }))
  }
  if (component.kind !== 'per_unit' && component.kind !== 'graduated')
    throw unusable(`a ${component.kind} component cannot be drawn from a wallet call by call`)
  const quantity = METERS[component.meter]
  if (!quantity) throw unusable(`calls are not counted by ${component.meter}`)
  if (component.kind === 'graduated' && component.tiers.some((tier) => tier.flat !== undefined && tier.flat > 0n))
    throw unusable('flat amounts of tiers cannot be drawn call by call')
  const rates = component.kind === 'per_unit' ? [component.rate] : component.tiers.map((tier) => tier.rate)
  const priceOf = (total: bigint): bigint =>
    component.kind === 'per_unit' ? priceUnits(total, component.rate) : priceGraduated(total, component.tiers)
  return [
    {
      component: index,
      meter: component.meter,
      rateText: rates.map(formatRate).join(', '),
      quantity,
      price: (total) => applyTerms(priceOf(beyondIncluded(total, component.included ?? 0n)), component),
      bound: (units) => rates.reduce((most, rate) => larger(most, ceiling(units, rate)), 0n),
    },
  ]
}

/** Upper bound of one call over all lines. */
export function boundCall(lines: readonly CallLine[], counts: TokenCounts): bigint {
  let sum = 0n
  for (const line of lines) {
    const quantity = line.quantity(counts)
    if (quantity > 0n) sum += line.bound(quantity)
  }
  return sum
}

/** One call rated alone: what its caller is shown. */
export function priceCall(lines: readonly CallLine[], counts: TokenCounts): bigint {
  let sum = 0n
  for (const line of lines) {
    const quantity = line.quantity(counts)
    if (quantity > 0n) sum += line.price(quantity)
  }
  return sum
}

/** Rounded up: a step of a rounded running total is never more than its exact price rounded up. */
function ceiling(quantity: bigint, rate: Ratio): bigint {
  return quantity === 0n ? 0n : divideUp(quantity * rate.amount, rate.per)
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function unusable(reason: string) {
  return refuse('PlanUnusable', `This plan cannot price model calls: ${reason}.`, { reason })
}
