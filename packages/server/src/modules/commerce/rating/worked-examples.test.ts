import { describe, expect, it } from 'vitest'
import { formatMinor, parseAmount, parseMicros, parseRate } from '../money/amount.js'
import { roundToMinor } from '../money/currency.js'
import { splitByWeights } from '../money/split.js'
import { billableMs, BYTES_PER_GB, byteHoursBeyond, priceByteHours, priceRun, priceStoragePackages } from './compute.js'
import { burnGrants, monthlyGrantsDue } from './grants.js'
import { drawCredits, prorate, prorateFrom, roundLines, stepDifference, taxOn, taxWithin, trueUp } from './lines.js'
import { boundTokens, NO_TOKENS, priceTokens, sumTokenPrice } from './tokens.js'
import {
  applyTerms,
  beyondIncluded,
  fallingBoundaries,
  priceGraduated,
  pricePackages,
  priceUnits,
  priceVolume,
  rollIncluded,
} from './units.js'
import { distributeSale, providerFee, refundSale, tieredShare } from './waterfall.js'

const usd = parseAmount
const TIERS = [
  { upTo: 10_000n, rate: parseRate('0') },
  { upTo: 100_000n, rate: parseRate('0.002') },
  { upTo: null, rate: parseRate('0.001') },
]

describe('market.md §12: usage', () => {
  it('[R3] [PR2] W1 tokens: one rounding per line', () => {
    const rates = { input: parseRate('0.15 / 1000000'), output: parseRate('0.60 / 1000000') }
    const price = priceTokens({ ...NO_TOKENS, input: 1_234_567n, output: 234_567n }, rates)
    expect([price.input, price.output]).toEqual([185_185n, 140_740n])
    expect(roundLines([price.input, price.output], 'USD')).toEqual({ lines: [190_000n, 140_000n], total: 330_000n })
  })

  it('[R3] W2 a million requests of 7 tokens are rated once, not per event', () => {
    const rate = parseRate('0.0375 / 1000000')
    expect(priceUnits(7_000_000n, rate)).toBe(262_500n)
    expect(roundToMinor(262_500n, 'USD')).toBe(260_000n)
    expect(priceUnits(7n, rate) * 1_000_000n).toBe(0n)
  })

  it('[R3] W3 compute by second and by minute', () => {
    const rate = parseRate('0.40 / 3600000')
    expect(billableMs(3_725_400n, 1000n)).toBe(3_726_000n)
    expect(priceRun(3_725_400n, { rate, granularityMs: 1000n })).toBe(414_000n)
    expect(priceRun(3_725_400n, { rate, granularityMs: 60_000n })).toBe(420_000n)
    expect(priceUnits(60_000n, rate) * 63n).toBe(420_021n)
  })

  it('[R3] W3b a cheap flavour is not overbilled by its rounded minute price', () => {
    const rate = parseRate('0.01 / 3600000')
    expect(priceRun(3_600_000n, { rate, granularityMs: 60_000n })).toBe(10_000n)
    expect(priceUnits(60_000n, rate) * 60n).toBe(10_020n)
  })

  it('[R3] W4 storage in byte-hours and in packages', () => {
    const tb = 1000n * BYTES_PER_GB
    const spans = [
      { bytes: (tb * 3n) / 2n, hours: 240n },
      { bytes: (tb * 5n) / 2n, hours: 480n },
    ]
    const byteHours = byteHoursBeyond(spans, tb)
    expect(byteHours).toBe(840n * tb)
    expect(priceByteHours(byteHours, usd('0.018'), 720n)).toBe(21_000_000n)
    expect(priceStoragePackages(byteHours, 1000n, usd('18'), 720n)).toBe(36_000_000n)
  })

  it('[R3] W5 graduated tiers', () => {
    const bills = [10_000n, 10_001n, 100_000n, 250_000n].map((quantity) => priceGraduated(quantity, TIERS))
    expect(bills).toEqual([0n, 2000n, 180_000_000n, 330_000_000n])
  })

  it('W6 volume tiers fall at a boundary, and the editor is told', () => {
    const tiers = [
      { upTo: 10_000n, rate: parseRate('0.003') },
      { upTo: 100_000n, rate: parseRate('0.002') },
      { upTo: null, rate: parseRate('0.001') },
    ]
    expect(priceVolume(100_000n, tiers)).toBe(200_000_000n)
    expect(priceVolume(100_001n, tiers)).toBe(100_001_000n)
    expect(formatMinor(roundToMinor(100_001_000n, 'USD'), 'USD')).toBe('100.00')
    expect(fallingBoundaries(tiers)).toEqual([10_000n, 100_000n])
    expect(fallingBoundaries(TIERS.slice(2))).toEqual([])
  })

  it('W7 packages after the included units', () => {
    const bill = (quantity: bigint): bigint => pricePackages(beyondIncluded(quantity, 100n), 1000n, usd('5'))
    expect([100n, 2100n, 2101n].map(bill)).toEqual([0n, 10_000_000n, 15_000_000n])
  })

  it('W8 the commitment is topped up on rounded lines', () => {
    const { total } = roundLines([usd('312.345')], 'USD')
    expect(total).toBe(usd('312.35'))
    expect(trueUp(total, usd('500'))).toBe(usd('187.65'))
    expect(roundToMinor(usd('500') - usd('312.345'), 'USD') + total).toBe(usd('500.01'))
  })

  it('W9 subscription with included tokens and overage', () => {
    const over = priceUnits(beyondIncluded(3_400_001n, 1_000_000n), parseRate('0.50 / 1000000'))
    expect(over).toBe(1_200_001n)
    expect(roundLines([usd('9'), over], 'USD').total).toBe(usd('10.20'))
  })

  it('[R3] [PR2] W16 worst case, actual and what returns', () => {
    const rates = { input: parseRate('2.50 / 1000000'), output: parseRate('10 / 1000000') }
    const worst = boundTokens({ ...NO_TOKENS, input: 2000n, output: 4096n }, rates)
    const actual = sumTokenPrice({ ...NO_TOKENS, input: 2000n, output: 812n }, rates)
    expect([worst, actual, worst - actual, usd('1') - actual]).toEqual([45_960n, 13_120n, 32_840n, 986_880n])
  })

  it('W21 late events and corrections bill the difference', () => {
    const rated = [99_000n, 104_000n, 94_000n].map((quantity) => priceGraduated(quantity, TIERS))
    expect(rated[0]).toBe(178_000_000n)
    expect(stepDifference(rated[1] ?? 0n, rated[0] ?? 0n)).toBe(6_000_000n)
    expect(stepDifference(rated[2] ?? 0n, rated[1] ?? 0n)).toBe(-16_000_000n)
  })

  it('W30 contract overage with its discount', () => {
    const over = usd('131250.50') - usd('120000')
    expect(usd('120000') / 4n).toBe(30_000_000_000n)
    expect(applyTerms(over, { discountPpm: 150_000n })).toBe(9_562_925_000n)
    expect(roundToMinor(9_562_925_000n, 'USD')).toBe(usd('9562.93'))
  })

  it('W32 rollover of included units', () => {
    const allowance = rollIncluded(100n, 100n, 20n, 50n)
    expect(allowance).toBe(150n)
    expect(beyondIncluded(160n, allowance)).toBe(10n)
  })
})

describe('market.md §12: proration, tax, credits', () => {
  it('W10 upgrade at half period', () => {
    expect(prorate(usd('20'), 1n, 2n) - prorate(usd('10'), 1n, 2n)).toBe(usd('5'))
  })

  it('W10b upgrade inside March', () => {
    const march = { start: new Date('2026-03-01T00:00:00Z'), end: new Date('2026-04-01T00:00:00Z') }
    const at = new Date('2026-03-11T09:30:00Z')
    const [credit, charge] = [prorateFrom(usd('29'), at, march), prorateFrom(usd('99'), at, march)]
    expect([credit, charge]).toEqual([19_274_866n, 65_800_403n])
    expect(roundToMinor(charge, 'USD') - roundToMinor(credit, 'USD')).toBe(usd('46.53'))
  })

  it('W11 seats, W12 annual upgrade', () => {
    expect(3n * prorate(usd('12'), 12n, 30n)).toBe(14_400_000n)
    expect([prorate(usd('200'), 292n, 365n), prorate(usd('500'), 292n, 365n)]).toEqual([160_000_000n, 400_000_000n])
  })

  it('W13 the stub after a trial', () => {
    const february = { start: new Date('2026-02-01T00:00:00Z'), end: new Date('2026-03-01T00:00:00Z') }
    const stub = prorateFrom(usd('30'), new Date('2026-02-03T10:00:00Z'), february)
    expect([stub, roundToMinor(stub, 'USD')]).toEqual([27_410_714n, 27_410_000n])
  })

  it('W14 tax once per rate, and tax inside the price', () => {
    expect(taxOn([usd('0.33'), usd('0.33'), usd('0.33')], 200_000n, 'USD')).toBe(usd('0.20'))
    expect(taxWithin(usd('9.99'), 200_000n, 'USD')).toEqual({ net: usd('8.33'), tax: usd('1.66') })
  })

  it('[R3] [PR2] W15 promotional credit before prepaid balance', () => {
    const drawn = drawCredits(usd('7.250001'), { promo: usd('5'), prepaid: usd('20') })
    expect(drawn).toEqual({ promo: 5_000_000n, prepaid: 2_250_001n, uncovered: 0n })
    expect(usd('20') - drawn.prepaid).toBe(17_749_999n)
  })

  it('W25 yen and dinar', () => {
    expect(priceUnits(1234n, parseRate('0.15'))).toBe(185_100_000n)
    expect(formatMinor(roundToMinor(185_100_000n, 'JPY'), 'JPY')).toBe('185')
    expect(formatMinor(roundToMinor(usd('1.2345'), 'KWD'), 'KWD')).toBe('1.235')
  })

  it('W28 monthly grants on an annual plan', () => {
    const due = monthlyGrantsDue(new Date('2026-01-05T00:00:00Z'), new Date('2026-04-25T00:00:00Z'))
    expect(due * 100).toBe(400)
  })

  it('W31 ten billion dollars survive JSON', () => {
    const wire = JSON.stringify({ micros: usd('10000000000').toString() })
    expect(parseMicros((JSON.parse(wire) as { micros: string }).micros)).toBe(10_000_000_000_000_000n)
  })

  it('W33 priority beats expiry', () => {
    const at = new Date('2026-06-01T00:00:00Z')
    const grant = (id: string, priority: number, expiresAt: string) => ({
      id,
      priority,
      amount: 10n,
      effectiveAt: new Date(0),
      expiresAt: new Date(expiresAt),
      createdAt: new Date(0),
    })
    const grants = [grant('sooner', 2, '2026-07-01'), grant('later', 1, '2026-12-01')]
    expect([...burnGrants(grants, 12n, at).drawn]).toEqual([
      ['later', 10n],
      ['sooner', 2n],
    ])
  })

  it('W35 the stored total is the charged total, W36 rounds away from zero', () => {
    const tax = taxOn([usd('24.99')], 107_500n, 'USD')
    expect([tax, usd('24.99') + usd('6.44') + tax]).toEqual([usd('2.69'), usd('34.12')])
    expect(usd('8.50') + taxOn([usd('8.50')], 210_000n, 'USD')).toBe(usd('10.29'))
  })
})

describe('market.md §12: splits', () => {
  const sale = {
    net: usd('100'),
    tax: usd('20'),
    providerFee: providerFee(usd('120'), 29_000n, usd('0.30')),
    platformPpm: 150_000n,
    partners: [{ payee: 'partner', ppm: 100_000n, base: 'net_of_tax_and_fees' as const }],
  }

  it('[R1] [M3] W17 the waterfall of one sale', () => {
    const split = distributeSale(sale)
    expect(split).toEqual({
      providerFee: 3_780_000n,
      platform: 15_000_000n,
      partners: [{ payee: 'partner', micros: 9_622_000n }],
      seller: 71_598_000n,
    })
    expect(3_780_000n + 15_000_000n + 9_622_000n + 71_598_000n).toBe(sale.net)
  })

  it('[R1] W18 equal and weighted parts', () => {
    const thirds = ['a', 'b', 'c'].map((id) => ({ id, weight: 1n }))
    expect(splitByWeights(usd('10'), thirds)).toEqual([3_333_334n, 3_333_333n, 3_333_333n])
    const weights = [50n, 30n, 20n, 7n].map((weight, index) => ({ id: String(index), weight }))
    expect(splitByWeights(100n, weights)).toEqual([47n, 28n, 19n, 6n])
  })

  it('W19 a partial refund returns every share', () => {
    const split = distributeSale(sale)
    const refund = refundSale(sale, split, { part: 40n, whole: 100n })
    expect(refund).toEqual({
      buyer: 48_000_000n,
      tax: 8_000_000n,
      platform: 6_000_000n,
      partners: [{ payee: 'partner', micros: 3_848_800n }],
      seller: 30_151_200n,
    })
    expect(split.seller - refund.seller).toBe(41_446_800n)
  })

  it('W20 a lost dispute may take the seller below zero', () => {
    const fee = providerFee(usd('12'), 29_000n, usd('0.30'))
    const small = { net: usd('10'), tax: usd('2'), providerFee: fee, platformPpm: 150_000n, partners: [] }
    const split = distributeSale(small)
    expect([fee, split.seller]).toEqual([648_000n, 7_852_000n])
    const back = refundSale(small, split, { part: 1n, whole: 1n })
    expect(split.seller - back.seller - usd('15')).toBe(-15_648_000n)
  })

  it('W29 a partner share in steps', () => {
    const tiers = [
      { upTo: usd('10000'), ppm: 200_000n },
      { upTo: null, ppm: 250_000n },
    ]
    expect(tieredShare(usd('12500'), tiers)).toBe(2_625_000_000n)
  })

  it('refuses agreements that promise more than the whole', () => {
    const greedy = { ...sale, partners: [{ payee: 'p', ppm: 900_000n, base: 'net_of_tax' as const }] }
    expect(() => distributeSale(greedy)).toThrow('exceed')
  })
})
