import { roundToMinor } from '../money/currency.js'
import { PPM, shareOf } from '../money/split.js'
import { divideRounded, roundRatio } from '../money/rounding.js'

/** R2: rounded lines and their sum, both in micros of whole minor units. */
export function roundLines(lines: readonly bigint[], currency: string): { lines: bigint[]; total: bigint } {
  const rounded = lines.map((micros) => roundToMinor(micros, currency))
  return { lines: rounded, total: rounded.reduce((sum, micros) => sum + micros, 0n) }
}

/** R3: what is missing to the commitment, on lines that are already rounded. */
export function trueUp(roundedTotal: bigint, commit: bigint): bigint {
  return roundedTotal < commit ? commit - roundedTotal : 0n
}

/** R4: tax once per rate on the sum of the rounded bases. */
export function taxOn(roundedBases: readonly bigint[], ratePpm: bigint, currency: string): bigint {
  const base = roundedBases.reduce((sum, micros) => sum + micros, 0n)
  return roundToMinor(shareOf(base, ratePpm), currency)
}

/** R4 for a price that contains its tax: net first, tax is the rest. */
export function taxWithin(gross: bigint, ratePpm: bigint, currency: string): { net: bigint; tax: bigint } {
  const net = roundToMinor(divideRounded(gross * PPM, PPM + ratePpm), currency)
  return { net, tax: gross - net }
}

/** R5: the part of an amount for the rest of a period, exact seconds, rounded once to micros. */
export function prorate(amount: bigint, remainingSeconds: bigint, periodSeconds: bigint): bigint {
  if (remainingSeconds < 0n || remainingSeconds > periodSeconds) throw new RangeError('the rest lies inside the period')
  return roundRatio({ amount: amount * remainingSeconds, per: periodSeconds })
}

/** The same from half-open UTC instants `[start, end)`. */
export function prorateFrom(amount: bigint, at: Date, period: { start: Date; end: Date }): bigint {
  const seconds = (from: Date, to: Date): bigint => BigInt(Math.floor((to.getTime() - from.getTime()) / 1000))
  return prorate(amount, seconds(at, period.end), seconds(period.start, period.end))
}

/** R10: what to post now so that all steps together are the rating of the total so far. */
export function stepDifference(ratedSoFar: bigint, postedSoFar: bigint): bigint {
  return ratedSoFar - postedSoFar
}

/** Promotional credit first, then prepaid balance (§4: a discount before tax, a payment after it). */
export function drawCredits(
  usage: bigint,
  held: { promo: bigint; prepaid: bigint },
): { promo: bigint; prepaid: bigint; uncovered: bigint } {
  const promo = usage < held.promo ? usage : held.promo
  const prepaid = usage - promo < held.prepaid ? usage - promo : held.prepaid
  return { promo, prepaid, uncovered: usage - promo - prepaid }
}
