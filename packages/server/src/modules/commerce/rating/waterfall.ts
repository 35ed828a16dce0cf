import { PPM, shareOf } from '../money/split.js'

/** What a partner's share is taken of. `net_of_tax_and_fees` is the price without tax and without the payment provider's fee. */
export type ShareBase = 'gross' | 'net_of_tax' | 'net_of_tax_and_fees'

export interface PartnerShare {
  readonly payee: string
  readonly ppm: bigint
  readonly base: ShareBase
}

export interface Sale {
  /** Price without tax. */
  readonly net: bigint
  readonly tax: bigint
  readonly providerFee: bigint
  readonly platformPpm: bigint
  readonly partners: readonly PartnerShare[]
}

export interface Waterfall {
  readonly providerFee: bigint
  readonly platform: bigint
  readonly partners: readonly { readonly payee: string; readonly micros: bigint }[]
  readonly seller: bigint
}

/**
 * One sale from the top (market.md §11): tax out, provider fee, platform fee on the net price, partner shares on their base,
 * remainder to the seller. All parts sum to `net`. Throws RangeError when the agreements would leave the seller less than nothing.
 */
export function distributeSale(sale: Sale): Waterfall {
  const bases: Record<ShareBase, bigint> = {
    gross: sale.net + sale.tax,
    net_of_tax: sale.net,
    net_of_tax_and_fees: sale.net - sale.providerFee,
  }
  const platform = shareOf(sale.net, sale.platformPpm)
  const partners = sale.partners.map(({ payee, ppm, base }) => ({ payee, micros: shareOf(bases[base], ppm) }))
  const shared = partners.reduce((sum, part) => sum + part.micros, 0n)
  const seller = sale.net - sale.providerFee - platform - shared
  if (seller < 0n) throw new RangeError('the shares exceed the sale')
  return { providerFee: sale.providerFee, platform, partners, seller }
}

/** A refund of `part / whole` of a sale: every share returns in proportion, the provider keeps its fee at the seller's cost. */
export function refundSale(sale: Sale, split: Waterfall, fraction: { part: bigint; whole: bigint }) {
  const of = (micros: bigint): bigint => (micros * fraction.part) / fraction.whole
  const net = of(sale.net)
  const platform = of(split.platform)
  const partners = split.partners.map(({ payee, micros }) => ({ payee, micros: of(micros) }))
  const seller = net - platform - partners.reduce((sum, part) => sum + part.micros, 0n)
  return { buyer: net + of(sale.tax), tax: of(sale.tax), platform, partners, seller }
}

/** A card fee: ppm of the charged amount plus a fixed part. */
export function providerFee(charged: bigint, ppm: bigint, fixed: bigint): bigint {
  return shareOf(charged, ppm) + fixed
}

/** Whether a set of agreements could promise more than the whole; such a set is refused when it is saved. */
export function exceedsWhole(platformPpm: bigint, partners: readonly PartnerShare[]): boolean {
  return platformPpm + partners.reduce((sum, share) => sum + share.ppm, 0n) > PPM
}

/** A partner's share in steps: each micro of the sales at the ppm of its own step (W29). */
export function tieredShare(sold: bigint, tiers: readonly { upTo: bigint | null; ppm: bigint }[]): bigint {
  let share = 0n
  let from = 0n
  for (const tier of tiers) {
    const to = tier.upTo === null || sold < tier.upTo ? sold : tier.upTo
    if (to <= from) break
    share += shareOf(to - from, tier.ppm)
    from = to
  }
  return share
}
