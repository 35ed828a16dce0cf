import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatMicros, formatMinor, formatRate, parseAmount, parseMicros, parseRate } from './amount.js'
import { minorDigits, roundToMinor } from './currency.js'
import { divideDown, divideRounded, divideUp } from './rounding.js'
import { splitByWeights } from './split.js'

/** A small deterministic generator: the same numbers on every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
}

describe('amounts', () => {
  it.each([
    ['0.15', 150_000n],
    ['25.00', 25_000_000n],
    ['-0.000001', -1n],
    ['9007199254.740993', 9_007_199_254_740_993n],
    ['1.0000000', 1_000_000n],
  ])('reads %s exactly', (text, micros) => expect(parseAmount(text)).toBe(micros))

  it.each(['', '1e3', '0.0000001', '.5', '1.', '1,000', ' 1', '0x10', 'NaN', '9'.repeat(50), '9999999999999999'])(
    'refuses %j',
    (text) => expect(() => parseAmount(text)).toThrow(RangeError),
  )

  it('refuses numbers: no float reaches the money path', () => {
    expect(() => parseAmount(0.15 as unknown as string)).toThrow('never numbers')
    expect(() => parseRate(1 as unknown as string)).toThrow('never numbers')
    expect(() => parseMicros('1.5')).toThrow(RangeError)
  })

  it('reads and writes rates', () => {
    expect(parseRate('0.15 / 1000000')).toEqual({ amount: 150_000n, per: 1_000_000n })
    expect(formatRate(parseRate('0.60/1000000'))).toBe('0.6 / 1000000')
    expect(formatRate(parseRate('0.002'))).toBe('0.002')
    for (const text of ['1 / 0', '1 / 1.5', '1 / 2 / 3', '-1 / 2', '1 / '])
      expect(() => parseRate(text)).toThrow(RangeError)
  })

  it('round-trips any amount', () => {
    const next = numbers(7)
    for (let i = 0; i < 2000; i++) {
      const micros = (BigInt(next()) << 20n) - (BigInt(next()) << 19n)
      expect(parseAmount(formatMicros(micros))).toBe(micros)
    }
  })

  it('knows minor units', () => {
    expect(['USD', 'JPY', 'KWD', 'CLF'].map(minorDigits)).toEqual([2, 0, 3, 4])
    expect(() => minorDigits('usd')).toThrow(RangeError)
    expect(roundToMinor(-1_005_000n, 'USD')).toBe(-1_010_000n)
    expect(() => formatMinor(1n, 'USD')).toThrow(RangeError)
  })
})

describe('rounding', () => {
  it('is half away from zero and its own mirror', () => {
    expect([5n, -5n, 4n, -4n, 15n].map((n) => divideRounded(n, 10n))).toEqual([1n, -1n, 0n, 0n, 2n])
    expect([divideUp(1n, 3n), divideDown(-1n, 3n), divideDown(4n, 3n)]).toEqual([1n, -1n, 1n])
    expect(() => divideRounded(1n, 0n)).toThrow(RangeError)
  })
})

describe('I9 split parts sum to the whole', () => {
  it('for random wholes and weights; no part negative; a refund is the mirror', () => {
    const next = numbers(11)
    for (let i = 0; i < 2000; i++) {
      const shares = Array.from({ length: 1 + (next() % 7) }, (_, id) => ({
        id: `p${id}`,
        weight: BigInt(next() % 1000),
      }))
      shares.push({ id: 'last', weight: 1n })
      const whole = BigInt(next())
      const parts = splitByWeights(whole, shares)
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole)
      expect(parts.every((part) => part >= 0n)).toBe(true)
      expect(splitByWeights(-whole, shares)).toEqual(parts.map((part) => -part))
    }
  })

  it('refuses to split by nothing', () => {
    expect(() => splitByWeights(1n, [{ id: 'a', weight: 0n }])).toThrow(RangeError)
    expect(() => splitByWeights(1n, [{ id: 'a', weight: -1n }])).toThrow(RangeError)
  })
})

describe('I20 no float reaches the money modules', () => {
  it.each(['money', 'rating', 'ledger', 'wallets', 'products'])('%s turns no amount into a number', (folder) => {
    const path = new URL(`../${folder}/`, import.meta.url)
    const sources = readdirSync(path).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    expect(sources.length).toBeGreaterThan(0)
    for (const name of sources) {
      expect(readFileSync(new URL(name, path), 'utf8'), name).not.toMatch(/parseFloat|toFixed|\bNumber\(/)
    }
  })
})
