const microsPerUnit = 1_000_000n
const symbols: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' }
const digits: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, CLP: 0, BHD: 3, KWD: 3, OMR: 3, TND: 3 }

/** Smallest units after the point that a currency shows (ISO 4217). */
const minorDigits = (currency: string) => digits[currency] ?? 2
const grouped = (units: bigint) => units.toString().replace(/\B(?=(\d{3})+$)/g, ',')

function withSign(sign: string, body: string, currency: string): string {
  const symbol = symbols[currency]
  return symbol ? `${sign}${symbol}${body}` : `${sign}${body} ${currency}`
}

/** Micros as the wire sends them. */
export type Micros = bigint | string

/**
 * `$1,234.56`, rounded half away from zero to the currency's minor unit. An amount that is not zero but would show as zero
 * keeps as many digits as it needs: a person who paid 0.000185 must not read $0.00.
 */
export function formatMoney(micros: Micros, currency = 'USD'): string {
  const value = BigInt(micros)
  const step = 10n ** BigInt(6 - minorDigits(currency))
  const size = value < 0n ? -value : value
  const rounded = ((size + step / 2n) / step) * step
  if (rounded === 0n && size > 0n) return formatMicros(value, currency)
  const sign = value < 0n ? '−' : ''
  const places = minorDigits(currency)
  const cents = ((rounded % microsPerUnit) / step).toString().padStart(places, '0')
  return withSign(
    sign,
    places ? `${grouped(rounded / microsPerUnit)}.${cents}` : grouped(rounded / microsPerUnit),
    currency,
  )
}

/** Every micro: `$1,234.560123`. */
export function formatMicros(micros: Micros, currency = 'USD'): string {
  const value = BigInt(micros)
  const size = value < 0n ? -value : value
  const body = `${grouped(size / microsPerUnit)}.${(size % microsPerUnit).toString().padStart(6, '0')}`
  return withSign(value < 0n ? '−' : '', body, currency)
}

/** A rate of micros per so many units, shown per million: "$0.15 per 1M". Exact: trailing zeros only are dropped. */
export function formatPerMillion(amountMicros: Micros, per: Micros, currency = 'USD'): string {
  const numerator = BigInt(amountMicros) * 1_000_000n
  const divisor = BigInt(per)
  if (divisor > 0n && numerator % divisor === 0n) {
    const text = formatMicros(numerator / divisor, currency)
    return text.replace(/(\.\d{2}\d*?)0+(?!\d)/, '$1')
  }
  return `${formatMicros(amountMicros, currency)} / ${grouped(divisor)}`
}

/** Sum of amounts of one currency. */
export const sumMicros = (amounts: readonly Micros[]): bigint =>
  amounts.reduce<bigint>((sum, one) => sum + BigInt(one), 0n)
