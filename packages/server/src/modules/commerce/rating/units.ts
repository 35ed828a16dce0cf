import { addRatios, divideUp, roundRatio, type Ratio } from '../money/rounding.js'
import { PPM, shareOf } from '../money/split.js'
import type { ComponentTerms, Tier } from './component.js'

/** The exact price of a quantity: `quantity × amount / per`, not yet rounded. */
export function priceExact(quantity: bigint, rate: Ratio): Ratio {
  if (quantity < 0n) throw new RangeError('a quantity is not negative')
  return { amount: quantity * rate.amount, per: rate.per }
}

/** R1: one component, one period, one group: exact, then rounded once to micros. Never call it per event and add up. */
export function priceUnits(quantity: bigint, rate: Ratio): bigint {
  return roundRatio(priceExact(quantity, rate))
}

/** Each unit at the rate of its own tier. Monotone in the quantity. */
export function priceGraduated(quantity: bigint, tiers: readonly Tier[]): bigint {
  let sum: Ratio = { amount: 0n, per: 1n }
  let from = 0n
  for (const tier of tiers) {
    if (quantity <= from) break
    const to = tier.upTo === null || quantity < tier.upTo ? quantity : tier.upTo
    sum = addRatios(sum, priceExact(to - from, tier.rate))
    sum = addRatios(sum, { amount: tier.flat ?? 0n, per: 1n })
    from = to
  }
  if (from < quantity) throw new RangeError('the last tier must have no end')
  return roundRatio(sum)
}

/** All units at the rate of the tier that the total reaches. Not monotone: see `fallingBoundaries`. */
export function priceVolume(quantity: bigint, tiers: readonly Tier[]): bigint {
  if (quantity === 0n) return 0n
  const tier = tiers.find((candidate) => candidate.upTo === null || quantity <= candidate.upTo)
  if (!tier) throw new RangeError('the last tier must have no end')
  return roundRatio(addRatios(priceExact(quantity, tier.rate), { amount: tier.flat ?? 0n, per: 1n }))
}

/** Boundaries of a volume price where one more unit makes the bill fall: an editor must warn about each (W6). */
export function fallingBoundaries(tiers: readonly Tier[]): bigint[] {
  return tiers
    .map((tier) => tier.upTo)
    .filter((upTo): upTo is bigint => upTo !== null && priceVolume(upTo + 1n, tiers) < priceVolume(upTo, tiers))
}

/** Whole packages: `ceil(quantity / size) × price`. */
export function pricePackages(quantity: bigint, size: bigint, price: bigint): bigint {
  return divideUp(quantity, size) * price
}

/** What is billed after the included units. */
export function beyondIncluded(quantity: bigint, included: bigint): bigint {
  return quantity > included ? quantity - included : 0n
}

/** Included units of the next period under rollover: unused ones move on, at most `max` of them (W32). */
export function rollIncluded(included: bigint, allowance: bigint, used: bigint, max: bigint): bigint {
  const unused = beyondIncluded(allowance, used)
  return included + (unused < max ? unused : max)
}

/** Discount, then cap: the tail of every component. */
export function applyTerms(micros: bigint, terms: ComponentTerms): bigint {
  const discounted = terms.discountPpm ? micros - shareOf(micros, terms.discountPpm) : micros
  return terms.capMicros !== undefined && discounted > terms.capMicros ? terms.capMicros : discounted
}

/** A percentage fee with its optional floor and ceiling. */
export function pricePercentage(base: bigint, ppm: bigint, bounds: { min?: bigint; max?: bigint } = {}): bigint {
  const fee = shareOf(base, ppm)
  if (bounds.min !== undefined && fee < bounds.min) return bounds.min
  return bounds.max !== undefined && fee > bounds.max ? bounds.max : fee
}

/** Pass-through of an upstream bill in nano-units (10^-9) with a markup; rounded once to micros. */
export function priceCostPlus(nano: bigint, markupPpm: bigint): bigint {
  return roundRatio({ amount: nano * (PPM + markupPpm), per: 1000n * PPM })
}
