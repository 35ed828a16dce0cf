import { describe, expect, it } from 'vitest'
import { createTestClock } from '../../kit/clock.js'
import { addressPrefix } from '../../kit/http/address-prefix.js'
import { createSignInThrottle } from './sign-in-throttle.js'

const HOME = '10.0.0.0/24'
const start = () => createTestClock(new Date('2026-01-01T00:00:00Z'))

describe('sign-in throttle', () => {
  it('lets five wrong passwords pass, then doubles the wait', () => {
    const clock = start()
    const throttle = createSignInThrottle(clock)
    for (let i = 0; i < 5; i += 1) {
      expect(throttle.waitMs('alice', HOME)).toBe(0)
      throttle.recordFailure('alice', HOME)
    }
    expect(throttle.waitMs('Alice', HOME)).toBe(1000)
    throttle.recordFailure('alice', HOME)
    expect(throttle.waitMs('alice', HOME)).toBe(2000)
    clock.advanceMs(2000)
    expect(throttle.waitMs('alice', HOME)).toBe(0)
  })

  it('never locks a person out because of somebody else: five seconds at most from a fresh network', () => {
    const throttle = createSignInThrottle(start())
    for (let i = 0; i < 500; i += 1) throttle.recordFailure('alice', `10.${i % 250}.1.0/24`)
    expect(throttle.waitMs('alice', HOME)).toBeLessThanOrEqual(5000)
    expect(throttle.waitMs('alice', HOME)).toBeGreaterThan(0)
  })

  it('slows one network that tries many accounts', () => {
    const throttle = createSignInThrottle(start())
    for (let i = 0; i < 35; i += 1) throttle.recordFailure(`user-${i}`, HOME)
    expect(throttle.waitMs('somebody-new', HOME)).toBeGreaterThan(1000)
    expect(throttle.waitMs('somebody-new', '10.9.9.0/24')).toBe(0)
  })

  it('holds nobody up for long behind a proxy on this machine that hides who asks', () => {
    const throttle = createSignInThrottle(start())
    for (let i = 0; i < 60; i += 1) throttle.recordFailure('alice', '127.0.0.0/24')
    expect(throttle.waitMs('alice', '127.0.0.0/24')).toBeLessThanOrEqual(5000)
    expect(throttle.waitMs('bob', '0:0:0::/48')).toBe(0)
  })

  it('forgets after a right password and after a quarter of an hour', () => {
    const clock = start()
    const throttle = createSignInThrottle(clock)
    for (let i = 0; i < 9; i += 1) throttle.recordFailure('alice', HOME)
    throttle.recordSuccess('alice', HOME)
    expect(throttle.waitMs('alice', HOME)).toBe(0)
    for (let i = 0; i < 20; i += 1) throttle.recordFailure('bob', HOME)
    clock.advanceMs(16 * 60_000)
    throttle.recordFailure('bob', HOME)
    expect(throttle.waitMs('bob', HOME)).toBe(0)
  })

  it('stays bounded under a flood of names', () => {
    const throttle = createSignInThrottle(start())
    for (let i = 0; i < 30_000; i += 1) throttle.recordFailure(`n${i}`, `10.${i % 200}.${i % 100}.0/24`)
    expect(throttle.waitMs('n29999', 'elsewhere')).toBe(0)
  })
})

describe('address prefixes', () => {
  it('cut to the network', () => {
    expect(addressPrefix('127.0.0.1')).toBe('127.0.0.0/24')
    expect(addressPrefix('::ffff:10.1.2.3')).toBe('10.1.2.0/24')
    expect(addressPrefix('2001:db8:1:2::9')).toBe('2001:db8:1::/48')
    expect(addressPrefix('::1')).toBe('0:0:0::/48')
    expect(addressPrefix('fe80::1%eth0')).toBe('fe80:0:0::/48')
  })
})
