import { type ComponentBody, refuse } from '@stoa/contracts'
import { parseAmount, parseRate } from '../money/amount.js'
import type { ComponentTerms, PriceComponent, Tier, TokenRates } from './component.js'

/** JSON of a price component, exact or refused (`InvalidAmount`). */
export function readComponent(body: ComponentBody): PriceComponent {
  try {
    return { ...readKind(body), ...readTerms(body) }
  } catch (error) {
    if (error instanceof RangeError) throw refuse('InvalidAmount', `${body.kind}: ${error.message}`)
    throw error
  }
}

function readKind(body: ComponentBody): PriceComponent {
  switch (body.kind) {
    case 'tokens':
      return { kind: 'tokens', rates: readRates(body.rates) }
    case 'per_unit':
      return { kind: 'per_unit', meter: body.meter, rate: parseRate(body.rate) }
    case 'graduated':
    case 'volume':
      return { kind: body.kind, meter: body.meter, tiers: readTiers(body.tiers) }
    case 'package':
      return { kind: 'package', meter: body.meter, size: positive(body.size), price: parseAmount(body.price) }
    case 'flat':
    case 'one_off':
      return { kind: body.kind, amount: parseAmount(body.amount) }
    case 'seat':
      return { kind: 'seat', amount: parseAmount(body.amount) }
    case 'compute':
      return {
        kind: 'compute',
        rate: parseRate(body.rate),
        granularityMs: positive(body.granularityMs),
        minimumMs: BigInt(body.minimumMs ?? '0'),
      }
    case 'storage':
      return {
        kind: 'storage',
        gbMonthMicros: parseAmount(body.perGbMonth),
        includedGb: BigInt(body.includedGb ?? '0'),
        ...(body.packageGb === undefined ? {} : { packageGb: positive(body.packageGb) }),
      }
    case 'egress':
      return { kind: 'egress', rate: parseRate(body.rate) }
  }
}

function readRates(rates: Extract<ComponentBody, { kind: 'tokens' }>['rates']): TokenRates {
  return {
    input: parseRate(rates.input),
    output: parseRate(rates.output),
    ...(rates.cachedInput === undefined ? {} : { cachedInput: parseRate(rates.cachedInput) }),
    ...(rates.reasoning === undefined ? {} : { reasoning: parseRate(rates.reasoning) }),
    ...(rates.perImage === undefined ? {} : { perImage: parseRate(rates.perImage) }),
    ...(rates.perRequest === undefined ? {} : { perRequest: parseRate(rates.perRequest) }),
  }
}

function readTiers(bodies: readonly { upTo: string | null; rate: string; flat?: string | undefined }[]): Tier[] {
  const tiers = bodies.map((body) => ({
    upTo: body.upTo === null ? null : BigInt(body.upTo),
    rate: parseRate(body.rate),
    ...(body.flat === undefined ? {} : { flat: parseAmount(body.flat) }),
  }))
  let from = 0n
  tiers.forEach((tier, index) => {
    const isLast = index === tiers.length - 1
    if ((tier.upTo === null) !== isLast) throw new RangeError('exactly the last tier has no end')
    if (tier.upTo !== null && tier.upTo <= from) throw new RangeError('tiers rise')
    from = tier.upTo ?? from
  })
  return tiers
}

function readTerms(body: ComponentBody): ComponentTerms {
  return {
    ...(body.included === undefined ? {} : { included: BigInt(body.included) }),
    ...(body.discountPpm === undefined ? {} : { discountPpm: BigInt(body.discountPpm) }),
    ...(body.cap === undefined ? {} : { capMicros: parseAmount(body.cap) }),
  }
}

function positive(text: string): bigint {
  const value = BigInt(text)
  if (value <= 0n) throw new RangeError('a positive whole number is needed')
  return value
}
