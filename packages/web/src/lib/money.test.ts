import { describe, expect, it } from 'vitest'
import { formatMicros, formatMoney, formatPerMillion, sumMicros } from './money.js'

describe('formatMoney', () => {
  const cases: [string, string, string][] = [
    ['1234560123', 'USD', '$1,234.56'],
    ['0', 'USD', '$0.00'],
    ['185', 'USD', '$0.000185'],
    ['-185', 'USD', '−$0.000185'],
    ['5000', 'USD', '$0.01'],
    ['10000000000000000', 'USD', '$10,000,000,000.00'],
    ['185100000', 'JPY', '¥185'],
    ['1234500', 'KWD', '1.235 KWD'],
  ]
  for (const [micros, currency, text] of cases)
    it(`${micros} ${currency} is ${text}`, () => expect(formatMoney(micros, currency)).toBe(text))
})

it('keeps every micro [M3]', () => {
  expect(formatMicros('13120')).toBe('$0.013120')
  expect(formatMicros(-1n)).toBe('−$0.000001')
  expect(sumMicros(['185185', '140740'])).toBe(325925n)
})

it('shows a rate per million', () => {
  expect(formatPerMillion('150000', '1000000')).toBe('$0.15')
  expect(formatPerMillion('37500', '1000000')).toBe('$0.0375')
  expect(formatPerMillion('3', '1')).toBe('$3.00')
  expect(formatPerMillion('400000', '3600000')).toBe('$0.400000 / 3,600,000')
})
