import { z } from 'zod'

/** Whole micros (10^-6 of the major unit) as a decimal string: JSON numbers lose cents above $9 billion. */
export const microsText = z.string().regex(/^-?\d{1,38}$/)
/** ISO-4217. */
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, such as USD')
/** An exact amount of the major unit: `"25.00"`. More than six decimals are refused. */
export const amountText = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'an exact decimal string of the major unit, such as "25.00"')
/** An exact price per units: `"0.15 / 1000000"` is $0.15 per million; without a slash it is per one. */
export const rateText = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?( ?\/ ?[1-9]\d{0,17})?$/, 'an exact rate such as "0.15 / 1000000"')
/** A whole number of units as text: tokens, bytes, milliseconds. */
export const quantityText = z.string().regex(/^\d{1,18}$/)
/** Parts per million: 150000 is 15 %. */
export const ppm = z.int().min(0).max(1_000_000)

export const money = z.object({ currency: currencyCode, micros: microsText })
export type Money = z.output<typeof money>

export const instant = z.iso.datetime()
/** Continue a list after this; opaque. */
export const cursorText = z.string().max(400)
export const accountParam = z.string().min(1).max(96)
export const objectId = z.string().min(1).max(64)
