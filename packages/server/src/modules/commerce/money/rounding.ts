/** Exact integer division and the one rounding mode of the house: half away from zero, so that a reversal is the exact negative. */

/** A non-negative or negative exact fraction; `per` is always positive. */
export interface Ratio {
  readonly amount: bigint
  readonly per: bigint
}

/** `numerator / denominator` rounded half away from zero. Throws RangeError unless the denominator is positive. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be positive')
  if (numerator < 0n) return -divideRounded(-numerator, denominator)
  return (2n * numerator + denominator) / (2n * denominator)
}

/** `numerator / denominator` rounded up, for non-negative numerators. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be positive')
  if (numerator < 0n) throw new RangeError('numerator must not be negative')
  return (numerator + denominator - 1n) / denominator
}

/** Largest integer not above `numerator / denominator`. */
export function divideDown(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be positive')
  const quotient = numerator / denominator
  return numerator < 0n && numerator % denominator !== 0n ? quotient - 1n : quotient
}

/** Sum of two exact fractions, not reduced. */
export function addRatios(a: Ratio, b: Ratio): Ratio {
  if (a.per === b.per) return { amount: a.amount + b.amount, per: a.per }
  return { amount: a.amount * b.per + b.amount * a.per, per: a.per * b.per }
}

/** The fraction rounded once to whole micros. */
export function roundRatio(value: Ratio): bigint {
  return divideRounded(value.amount, value.per)
}
