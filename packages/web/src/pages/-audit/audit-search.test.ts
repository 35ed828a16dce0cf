import { describe, expect, test } from 'vitest'
import { filterOf, parseAuditSearch } from './audit-search.js'

describe('filters of the audit log', () => {
  test('are read from an address; anything else is left out', () => {
    expect(
      parseAuditSearch({ actor: 'ada', outcome: 'odd', from: '2026-11-01', to: 'x', cursor: '7', event: -1 }),
    ).toEqual({
      actor: 'ada',
      from: '2026-11-01',
      cursor: 7,
    })
  })

  test('ask for whole days', () => {
    expect(filterOf({ from: '2026-11-01', to: '2026-11-01', event: 3 })).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-02T00:00:00.000Z',
    })
  })
})
