import { describe, expect, it } from 'vitest'
import { parseRate, rateTimes, repoOfResource } from './offers.js'

describe('rates', () => {
  it('reads them exactly', () => {
    expect(parseRate('0.15 / 1000000')).toEqual({ micros: 150000n, per: 1000000n })
    expect(parseRate('0.0375/1000000')).toEqual({ micros: 37500n, per: 1000000n })
    expect(parseRate('2')).toEqual({ micros: 2000000n, per: 1n })
  })
  it('rounds once, half away from zero (W1) [M3]', () => {
    expect(rateTimes(parseRate('0.15 / 1000000'), 1_234_567n)).toBe(185185n)
    expect(rateTimes(parseRate('0.60 / 1000000'), 234_567n)).toBe(140740n)
    expect(rateTimes({ micros: 1n, per: 2n }, 1n)).toBe(1n)
  })
})

it('finds the repository of a resource', () => expect(repoOfResource('repo:acme/bert')).toBe('acme/bert'))
