import { describe, expect, it } from 'vitest'
import { fillPath, queryText } from './address.js'

describe('address', () => {
  it('encodes parts and keeps the slashes of a wildcard', () => {
    expect(
      fillPath('/api/models/:ns/:name/tree/:rev/*', { ns: 'a', name: 'b c', rev: 'refs/pr/1', '*': 'x/y z' }),
    ).toBe('/api/models/a/b%20c/tree/refs%2Fpr%2F1/x/y%20z')
  })
  it('repeats list keys and leaves out what is missing', () => {
    expect(queryText({ filter: ['a', 'b'], search: undefined, limit: 3 })).toBe('?filter=a&filter=b&limit=3')
    expect(queryText(undefined)).toBe('')
  })
})
