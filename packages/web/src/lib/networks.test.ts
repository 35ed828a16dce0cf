import { describe, expect, it } from 'vitest'
import { findBadNetwork, readNetworks } from './networks.js'

describe('networks as people type them', () => {
  it('are one per line, or with commas, once each', () => {
    expect(readNetworks(' 203.0.113.0/24\n2001:db8::/32, ::1 \n\n203.0.113.0/24')).toEqual([
      '203.0.113.0/24',
      '2001:db8::/32',
      '::1',
    ])
    expect(readNetworks(' \n')).toEqual([])
  })

  it('are told from what is none', () => {
    expect(findBadNetwork(['203.0.113.0/24', '::1'])).toBeUndefined()
    expect(findBadNetwork(['203.0.113.0/24', '10.0.0.0/33'])).toBe('10.0.0.0/33')
    for (const bad of [
      'office',
      '10.0.0',
      '10.0.0.256',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '2001:db8::/129',
      ':::',
      '[::1]',
      '1:2',
    ])
      expect(findBadNetwork([bad])).toBe(bad)
    for (const good of ['10.0.0.0/8', '0.0.0.0/0', '255.255.255.255', '2001:db8::/32', '::/0', 'fe80::1'])
      expect([good, findBadNetwork([good])]).toEqual([good, undefined])
  })
})
