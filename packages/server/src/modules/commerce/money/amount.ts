import { microsPerMinor, minorDigits } from './currency.js'
import type { Ratio } from './rounding.js'

/** Longest decimal text accepted: far above any amount, far below a denial of service. */
const MAX_DECIMAL_LENGTH = 40
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/
/** SQL counters are 64-bit. */
export const MAX_MICROS = 2n ** 63n - 1n

/**
 * Exact micros of a decimal string of the major unit: `"0.15"` is 150000n.
 * Throws RangeError for anything inexact: more than six decimals that matter, exponents, floats handed over as numbers.
 */
export function parseAmount(text: string): bigint {
  if (typeof text !== 'string') throw new RangeError('amounts are decimal strings, never numbers')
  const match = text.length <= MAX_DECIMAL_LENGTH ? DECIMAL.exec(text) : null
  if (!match) throw new RangeError(`not a decimal amount: ${JSON.stringify(text.slice(0, MAX_DECIMAL_LENGTH))}`)
  const fraction = match[3] ?? ''
  if (/[^0]/.test(fraction.slice(6))) throw new RangeError(`finer than a micro: ${text}`)
  const micros = BigInt((match[2] ?? '0') + fraction.slice(0, 6).padEnd(6, '0'))
  if (micros > MAX_MICROS) throw new RangeError(`amount too large: ${text}`)
  return match[1] ? -micros : micros
}

/** `"0.15 / 1000000"` is $0.15 per million: exact micros over a positive whole number of units. `"0.002"` means per one. */
export function parseRate(text: string): Ratio {
  if (typeof text !== 'string') throw new RangeError('rates are decimal strings, never numbers')
  const parts = text.split('/')
  if (parts.length > 2) throw new RangeError(`not a rate: ${JSON.stringify(text.slice(0, 80))}`)
  const amount = parseAmount((parts[0] ?? '').trim())
  if (amount < 0n) throw new RangeError('a rate is not negative')
  const per = (parts[1] ?? '1').trim()
  if (!/^[1-9]\d{0,17}$/.test(per))
    throw new RangeError(`not a positive whole number of units: ${JSON.stringify(per.slice(0, 32))}`)
  return { amount, per: BigInt(per) }
}

/** Whole text form of a rate, the inverse of `parseRate`. */
export function formatRate(rate: Ratio): string {
  return rate.per === 1n ? formatMicros(rate.amount) : `${formatMicros(rate.amount)} / ${rate.per}`
}

/** Exact decimal of the major unit without trailing zeros: 150000n is `"0.15"`. */
export function formatMicros(micros: bigint): string {
  const sign = micros < 0n ? '-' : ''
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -6)}${fraction ? `.${fraction}` : ''}`
}

/** An amount already rounded to the minor unit, with all its digits: 330000n USD is `"0.33"`. */
export function formatMinor(micros: bigint, currency: string): string {
  if (micros % microsPerMinor(currency) !== 0n) throw new RangeError('not rounded to the minor unit')
  const digits = minorDigits(currency)
  const [whole = '0', fraction = ''] = formatMicros(micros).split('.')
  return digits === 0 ? whole : `${whole}.${fraction.padEnd(digits, '0')}`
}

/** Micros from their JSON form, a decimal string of an integer. Throws RangeError otherwise. */
export function parseMicros(text: string): bigint {
  if (typeof text !== 'string' || !/^-?\d{1,38}$/.test(text))
    throw new RangeError('micros are a decimal integer string')
  return BigInt(text)
}
