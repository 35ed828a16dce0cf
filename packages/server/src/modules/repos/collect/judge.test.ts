import { expect, it } from 'vitest'
import { judge } from './judge.js'

const before = new Date('2026-01-02T00:00:00Z')
const one = (isNamed: boolean, condemnedAt: string | null) => ({
  name: 'x',
  sizeBytes: 1n,
  isNamed,
  condemnedAt: condemnedAt === null ? null : new Date(condemnedAt),
})

it.each([
  ['keep', one(true, null)],
  ['rescue', one(true, '2025-01-01T00:00:00Z')],
  ['condemn', one(false, null)],
  ['wait', one(false, '2026-01-02T00:00:01Z')],
  ['remove', one(false, '2026-01-02T00:00:00Z')],
])('says %s', (verdict, candidate) => {
  expect(judge(candidate, before)).toBe(verdict)
})
