import { expect, it } from 'vitest'
import { parsePeriod, spanOf } from './period.js'

it('names spans in whole hours and months, UTC', () => {
  const now = new Date('2026-11-21T12:34:56Z')
  expect(spanOf('day', now)).toEqual({ from: '2026-11-20T13:00:00.000Z', unit: 'hour' })
  expect(spanOf('month', now)).toEqual({ from: '2026-11-01T00:00:00.000Z', unit: 'day' })
  expect(spanOf('year', now)).toEqual({ from: '2025-12-01T00:00:00.000Z', unit: 'month' })
  expect(parsePeriod('hostile')).toBe('month')
})
