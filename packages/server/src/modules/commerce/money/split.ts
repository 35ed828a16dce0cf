import { divideRounded } from './rounding.js'

/** One hundred per cent in parts per million (R7). */
export const PPM = 1_000_000n

/** A party to a split. Ties are broken by `id`, so it is the account's id. */
export interface Share {
  readonly id: string
  readonly weight: bigint
}

/**
 * R6: floors every share and hands the left-over micros to the largest remainders, ties by id.
 * The parts are in the order given and sum to `whole`. A negative whole is the exact negative of its positive split.
 * Throws RangeError when the weights are empty, negative or sum to zero (unless the whole is zero).
 */
export function splitByWeights(whole: bigint, shares: readonly Share[]): bigint[] {
  if (whole < 0n) return splitByWeights(-whole, shares).map((part) => -part)
  const total = shares.reduce((sum, share) => sum + share.weight, 0n)
  if (shares.some((share) => share.weight < 0n)) throw new RangeError('weights must not be negative')
  if (whole === 0n) return shares.map(() => 0n)
  if (total === 0n) throw new RangeError('nothing to split by')
  const parts = shares.map((share) => (whole * share.weight) / total)
  let left = whole - parts.reduce((sum, part) => sum + part, 0n)
  const order = shares.map((share, index) => ({ index, id: share.id, remainder: (whole * share.weight) % total }))
  order.sort((a, b) => compareBigints(b.remainder, a.remainder) || compareText(a.id, b.id))
  for (const { index } of order) {
    if (left === 0n) break
    parts[index] = (parts[index] ?? 0n) + 1n
    left -= 1n
  }
  return parts
}

/** R7: `ppm` parts per million of an amount, rounded once. */
export function shareOf(micros: bigint, ppm: bigint): bigint {
  return divideRounded(micros * ppm, PPM)
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
