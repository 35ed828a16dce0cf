import { expect, it } from 'vitest'
import { formatAgo, formatBytes, formatCount, formatDuration } from './units.js'

it('uses decimal byte units', () => {
  expect([0, 999, 1000, 520_384, 999_999, 2_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '520 kB',
    '1.0 MB',
    '2.0 GB',
  ])
})

it('counts compactly', () => {
  expect([7, 12_431, 1_000_000].map(formatCount)).toEqual(['7', '12.4k', '1M'])
})

it('says how long ago', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const ago = (text: string) => formatAgo(new Date(text), now)
  expect(ago('2026-11-21T11:59:30Z')).toBe('just now')
  expect(ago('2026-11-21T09:00:00Z')).toBe('3 hr ago')
  expect(ago('2026-11-20T11:00:00Z')).toBe('yesterday')
})

it('shows durations', () => {
  expect([840.4, 2412, 31_000].map(formatDuration)).toEqual(['840 ms', '2.41 s', '31.0 s'])
})
