import { describe, expect, it } from 'vitest'
import { parseRate } from '../money/amount.js'
import { splitByWeights } from '../money/split.js'
import { roundToMinor } from '../money/currency.js'
import { prorate } from './lines.js'
import { boundTokens, NO_TOKENS, sumTokenPrice } from './tokens.js'
import { priceGraduated, priceUnits } from './units.js'

function numbers(seed: number): (below: number) => bigint {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return BigInt(state % below)
  }
}

describe('rating invariants', () => {
  it('I6 I7 any number of cumulative steps posts the one-shot amount (R10)', () => {
    const next = numbers(3)
    for (let round = 0; round < 300; round++) {
      const rate = { amount: next(5_000_000), per: 1n + next(2_000_000) }
      let [total, posted] = [0n, 0n]
      for (let step = 0n; step < 1n + next(40); step++) {
        total += next(500)
        const difference = priceUnits(total, rate) - posted
        expect(difference >= 0n).toBe(true)
        posted += difference
      }
      expect(posted).toBe(priceUnits(total, rate))
    }
  })

  it('I7 graduated prices never fall', () => {
    const next = numbers(5)
    const tiers = [
      { upTo: 100n, rate: parseRate('0.003'), flat: 7n },
      { upTo: 5000n, rate: parseRate('0.0001') },
      { upTo: null, rate: parseRate('0.01 / 3') },
    ]
    for (let i = 0; i < 500; i++) {
      const quantity = next(10_000)
      expect(priceGraduated(quantity + next(200), tiers) >= priceGraduated(quantity, tiers)).toBe(true)
    }
  })

  it('I12 what calls hold and spend bounds every cumulative draw', () => {
    const next = numbers(9)
    for (let round = 0; round < 200; round++) {
      const rates = {
        input: { amount: next(3_000_000), per: 1_000_000n },
        cachedInput: { amount: next(1_000_000), per: 1_000_000n },
        output: { amount: next(9_000_000), per: 1_000_000n },
      }
      let [held, total] = [0n, NO_TOKENS]
      for (let call = 0; call < 30; call++) {
        const input = next(40)
        const counts = { ...NO_TOKENS, input, cachedInput: input / 2n, output: next(60) }
        held += boundTokens(counts, rates)
        total = {
          ...NO_TOKENS,
          input: total.input + counts.input,
          cachedInput: total.cachedInput + counts.cachedInput,
          output: total.output + counts.output,
        }
        expect(sumTokenPrice(total, rates) <= held).toBe(true)
      }
    }
  })

  it('I8 a period cut anywhere costs its whole within one minor unit a line', () => {
    const next = numbers(13)
    for (let i = 0; i < 500; i++) {
      const [amount, period] = [next(900_000_000), 1n + next(2_678_400)]
      const rest = next(Number(period))
      const parts = prorate(amount, rest, period) + prorate(amount, period - rest, period)
      const drift = roundToMinor(parts, 'USD') - roundToMinor(amount, 'USD')
      expect(drift >= -10_000n && drift <= 10_000n).toBe(true)
    }
  })

  it('two-party shares of a growing total never fall, so fees can be posted in steps', () => {
    const next = numbers(17)
    for (let round = 0; round < 200; round++) {
      const ppm = next(1_000_001)
      const shares = [
        { id: 'platform', weight: ppm },
        { id: 'seller', weight: 1_000_000n - ppm },
      ]
      let [total, before] = [0n, [0n, 0n]]
      for (let step = 0; step < 30; step++) {
        total += next(7)
        const parts = splitByWeights(total, shares)
        expect(parts.every((part, index) => part >= (before[index] ?? 0n))).toBe(true)
        before = parts
      }
    }
  })
})
