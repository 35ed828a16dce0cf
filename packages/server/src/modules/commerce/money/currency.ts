import { divideRounded } from './rounding.js'

/** Micros in one major unit, for every currency. */
export const MICROS_PER_UNIT = 1_000_000n

/** ISO-4217 currencies whose minor unit is not a hundredth. Any other well-formed code has two digits. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
}

/** Throws RangeError unless the text is a three-letter upper-case currency code. */
export function checkCurrency(code: string): string {
  if (!/^[A-Z]{3}$/.test(code)) throw new RangeError(`not a currency code: ${JSON.stringify(code.slice(0, 16))}`)
  return code
}

/** Digits of the minor unit: 0, 2, 3 or 4. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS[checkCurrency(currency)] ?? 2
}

/** Micros in one minor unit: a US cent is 10,000. */
export function microsPerMinor(currency: string): bigint {
  return 10n ** BigInt(6 - minorDigits(currency))
}

/** R2: micros rounded once to the currency's minor unit, still expressed in micros. */
export function roundToMinor(micros: bigint, currency: string): bigint {
  const unit = microsPerMinor(currency)
  return divideRounded(micros, unit) * unit
}
