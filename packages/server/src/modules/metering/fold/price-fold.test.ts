import { describe, expect, it } from 'vitest'
import type { HourGroup } from '../journal/gather-calls.js'
import { compileCallPrice } from '../../commerce/rating/call-price.js'
import { type Draw, drawGroups, feeOf, rateGroups, type RatedLine, toPriced } from './price-fold.js'

const lines = compileCallPrice([
  {
    kind: 'tokens',
    rates: { input: { amount: 37_500n, per: 1_000_000n }, output: { amount: 999_999n, per: 7_000_003n } },
  },
])
const NOON = Date.parse('2026-11-21T12:00:00Z')

function group(payerId: string, facts: Partial<HourGroup> & { tokenId?: string; feePpm?: number }): HourGroup {
  const { tokenId = null, feePpm = 150_000, ...counts } = facts
  const names = { userId: payerId, tokenId, resource: 'repo:a/b', endpointId: null, listingId: 'l', planVersionId: 'v' }
  return {
    subject: { payerId, ...names, currency: 'USD', sellerId: 's', feePpm, budgetIds: [], watchIds: [] },
    hourMs: NOON,
    calls: 1n,
    inputTokens: 0n,
    cachedInputTokens: 0n,
    outputTokens: 0n,
    latencyMs: 0n,
    boundMicros: 0n,
    ...counts,
  }
}

/** A platform in memory: running totals, draws and wallets that outlive a fold. */
function platform(wallets: Record<string, bigint>) {
  const totals = new Map<string, Map<string, RatedLine>>()
  const draws = new Map<string, Draw>()
  const available = new Map(Object.entries(wallets))
  let charged = 0n
  const fold = (groups: readonly HourGroup[]) => {
    const priced = toPriced(groups)
    rateGroups(priced, () => lines, totals)
    const steps = drawGroups(priced, draws, available, (draw) => draw.payerId)
    charged += priced.reduce((sum, one) => sum + one.chargedMicros, 0n)
    for (const step of steps) expect(step.feeMicros + step.netMicros).toBe(step.grossMicros)
    for (const step of steps) expect(step.feeMicros >= 0n && step.netMicros >= 0n).toBe(true)
    return steps
  }
  return { fold, draws, available, charged: () => charged }
}

describe('folds', () => {
  it('[R3] W2 a million calls of 7 tokens in folds of any size draw what one bill would', () => {
    for (const size of [1n, 7n, 1000n, 999_999n]) {
      const { fold, charged } = platform({ p: 10_000_000n })
      let left = 1_000_000n
      for (let step = 0; left > 0n && step < 300; step++) {
        const calls = step === 299 || size > left ? left : size
        fold([group('p', { calls, inputTokens: calls * 7n })])
        left -= calls
      }
      expect(charged()).toBe(262_500n)
    }
  })

  it('[R1] I9 I18 shares of every step are whole, never negative, and together the split of the total', () => {
    let seed = 5
    const next = (below: number): bigint => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return BigInt(seed % below)
    }
    const { fold, draws, charged } = platform({ p: 1n << 50n, q: 1n << 50n })
    for (let step = 0; step < 400; step++) {
      fold([
        group('p', { inputTokens: next(90), outputTokens: next(30), tokenId: 'a' }),
        group('p', { inputTokens: next(90), outputTokens: next(30), tokenId: 'b' }),
        group('p', { inputTokens: next(90), outputTokens: next(30), tokenId: 'b', feePpm: 999_999 }),
        group('q', { inputTokens: next(9), outputTokens: next(3) }),
      ])
    }
    expect(draws.size).toBe(3)
    for (const draw of draws.values()) {
      expect([draw.grossMicros, draw.feeMicros]).toEqual([draw.ratedMicros, feeOf(draw)])
      expect(draw.feeMicros + draw.netMicros).toBe(draw.grossMicros)
    }
    expect([...draws.values()].reduce((sum, draw) => sum + draw.grossMicros, 0n)).toBe(charged())
  })

  it('draws no more than a wallet holds and the rest when there is money again', () => {
    const { fold, available, charged } = platform({ p: 100n })
    fold([group('p', { outputTokens: 7000n })])
    expect([charged(), available.get('p')]).toEqual([100n, 0n])
    available.set('p', 5000n)
    fold([group('p', { outputTokens: 3n })])
    expect(charged()).toBe((7003n * 999_999n * 2n + 7_000_003n) / (2n * 7_000_003n))
  })
})
