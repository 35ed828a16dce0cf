import { expect, it } from 'vitest'
import { safeNext } from './require-user.js'

it('never sends people to another server after signing in', () => {
  expect(safeNext('/billing/usage?period=day')).toBe('/billing/usage?period=day')
  for (const hostile of ['https://evil.test', '//evil.test', '/\\evil.test', 'javascript:alert(1)', 7, undefined]) {
    expect(safeNext(hostile)).toBe('/')
  }
})
