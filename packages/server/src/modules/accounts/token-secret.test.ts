import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hashSecret, isTokenSecret, makeLinkSecret, makeTokenSecret, SECRET_PREFIXES } from './token-secret.js'

describe('secrets of access tokens', () => {
  it('start with hf_, are 49 characters long and carry a checksum', () => {
    const secret = makeTokenSecret()
    expect(secret).toMatch(/^hf_[0-9A-Za-z]{46}$/)
    expect(isTokenSecret(secret)).toBe(true)
  })

  it('are told from look-alikes without the server', () => {
    const secret = makeTokenSecret()
    const last = secret.at(-1) === 'A' ? 'B' : 'A'
    expect(isTokenSecret(secret.slice(0, -1) + last)).toBe(false)
    const middle = secret[10] === 'q' ? 'r' : 'q'
    expect(isTokenSecret(secret.slice(0, 10) + middle + secret.slice(11))).toBe(false)
    expect(isTokenSecret('hf_HubCITokenXXXXXXXXXXXXXXXXXXXXX')).toBe(false)
    expect(isTokenSecret('')).toBe(false)
  })

  it('say who holds them, and are recognised whoever does', () => {
    for (const holder of ['person', 'app', 'job', 'refresh', 'client'] as const) {
      const secret = makeTokenSecret(undefined, holder)
      expect(secret.startsWith(SECRET_PREFIXES[holder])).toBe(true)
      expect(isTokenSecret(secret)).toBe(true)
      expect(isTokenSecret(`hf_${secret.slice(SECRET_PREFIXES[holder].length)}`)).toBe(holder === 'person')
    }
  })

  it('are those of the guide, which scanners are written from', () => {
    const guide = readFileSync(new URL('../../../../../docs/guides/access-tokens.md', import.meta.url), 'utf8')
    const shown = /hf_Example\w+/.exec(guide)?.[0] ?? ''
    expect(isTokenSecret(shown)).toBe(true)
    for (const prefix of Object.values(SECRET_PREFIXES)) expect(guide).toContain(prefix)
  })

  it('use every letter evenly: bytes above 247 are thrown away', () => {
    let call = 0
    const random = (size: number): Uint8Array => new Uint8Array(size).fill(call++ === 0 ? 255 : 61)
    expect(makeTokenSecret(random).slice(3, 43)).toBe('z'.repeat(40))
  })

  it('are all different', () => {
    expect(new Set(Array.from({ length: 1000 }, () => makeTokenSecret())).size).toBe(1000)
    expect(makeLinkSecret()).toMatch(/^[\w-]{43}$/)
  })

  it('are kept as their SHA-256', () => {
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
