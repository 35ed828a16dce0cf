import { divideUp, roundRatio, type Ratio } from '../money/rounding.js'

/** Bytes in a gigabyte on a bill. */
export const BYTES_PER_GB = 1_000_000_000n

/** Billable milliseconds of one run: at least the minimum, then up to whole steps of the granularity. */
export function billableMs(durationMs: bigint, granularityMs: bigint, minimumMs = 0n): bigint {
  const atLeast = durationMs < minimumMs ? minimumMs : durationMs
  return divideUp(atLeast, granularityMs) * granularityMs
}

/** A level held for some whole hours: the storage meter's samples. */
export interface StorageSpan {
  readonly bytes: bigint
  readonly hours: bigint
}

/** Byte-hours above the included level. */
export function byteHoursBeyond(spans: readonly StorageSpan[], includedBytes: bigint): bigint {
  return spans.reduce((sum, span) => {
    const above = span.bytes > includedBytes ? span.bytes - includedBytes : 0n
    return sum + above * span.hours
  }, 0n)
}

/** Price of byte-hours at a price per GB for the whole period: holding X GB throughout costs exactly X times the price. */
export function priceByteHours(byteHours: bigint, perGb: bigint, periodHours: bigint): bigint {
  return roundRatio({ amount: byteHours * perGb, per: BYTES_PER_GB * periodHours })
}

/** The same in whole packages of `packageGb`, each at `price` for the period: counted on the average level. */
export function priceStoragePackages(byteHours: bigint, packageGb: bigint, price: bigint, periodHours: bigint): bigint {
  return divideUp(byteHours, packageGb * BYTES_PER_GB * periodHours) * price
}

/** Price of one job: the rate is per millisecond, so `"0.40 / 3600000"` is $0.40 an hour. */
export function priceRun(
  durationMs: bigint,
  price: { rate: Ratio; granularityMs: bigint; minimumMs?: bigint },
): bigint {
  const ms = billableMs(durationMs, price.granularityMs, price.minimumMs)
  return roundRatio({ amount: ms * price.rate.amount, per: price.rate.per })
}
