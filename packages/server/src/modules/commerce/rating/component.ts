import type { Ratio } from '../money/rounding.js'

/** One step of a tiered price; `upTo` is inclusive, null means no end. `flat` is charged once when a unit falls in the tier. */
export interface Tier {
  readonly upTo: bigint | null
  readonly rate: Ratio
  readonly flat?: bigint
}

/** What every kind may carry. Order inside a component: included, model, discount, cap (market.md §4). */
export interface ComponentTerms {
  readonly included?: bigint
  readonly discountPpm?: bigint
  readonly capMicros?: bigint
}

/** Rates of the fixed bundle `tokens`. A missing cached rate is the input rate; a missing reasoning rate the output rate. */
export interface TokenRates {
  readonly input: Ratio
  readonly cachedInput?: Ratio
  readonly output: Ratio
  readonly reasoning?: Ratio
  readonly perImage?: Ratio
  readonly perRequest?: Ratio
}

/** A price component in code: amounts in bigint micros. The JSON form lives in contracts. */
export type PriceComponent = ComponentTerms &
  (
    | { readonly kind: 'flat' | 'one_off'; readonly amount: bigint }
    | { readonly kind: 'per_unit'; readonly meter: string; readonly rate: Ratio }
    | { readonly kind: 'graduated' | 'volume'; readonly meter: string; readonly tiers: readonly Tier[] }
    | { readonly kind: 'package'; readonly meter: string; readonly size: bigint; readonly price: bigint }
    | { readonly kind: 'tokens'; readonly rates: TokenRates }
    | {
        readonly kind: 'compute'
        readonly rate: Ratio
        readonly granularityMs: bigint
        readonly minimumMs: bigint
      }
    | {
        readonly kind: 'storage'
        readonly gbMonthMicros: bigint
        readonly includedGb: bigint
        readonly packageGb?: bigint
      }
    | { readonly kind: 'egress'; readonly rate: Ratio }
    | { readonly kind: 'seat'; readonly amount: bigint }
    | { readonly kind: 'percentage'; readonly ppm: bigint; readonly minMicros?: bigint; readonly maxMicros?: bigint }
    | { readonly kind: 'cost_plus'; readonly markupPpm: bigint }
  )
