import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientAddress, compileIpRanges } from './ip-ranges.js'

describe('ranges of addresses', () => {
  it('hold IPv4 and IPv6, networks and single addresses', () => {
    const ranges = compileIpRanges(['203.0.113.0/24', '2001:db8::/32', '198.51.100.7', '::1'])
    for (const inside of [
      '203.0.113.9',
      '::ffff:203.0.113.9',
      '2001:db8:5::1',
      '198.51.100.7',
      '::1',
      '2001:DB8::1%eth0',
    ])
      expect([inside, ranges.includes(inside)]).toEqual([inside, true])
    for (const outside of ['203.0.114.9', '198.51.100.8', '2001:db9::1', '::2', '', 'unknown', '203.0.113.9.1'])
      expect([outside, ranges.includes(outside)]).toEqual([outside, false])
  })

  it('hold nothing when there are none, or none that can be read', () => {
    expect(compileIpRanges([]).includes('127.0.0.1')).toBe(false)
    expect(compileIpRanges(['10.0.0.0/33', 'x/8', '1.2.3', '10.0.0.0/-1', '10.0.0.0/8.5']).includes('10.0.0.1')).toBe(
      false,
    )
    expect(compileIpRanges(['0.0.0.0/0']).includes('192.0.2.1')).toBe(true)
    expect(compileIpRanges(['0.0.0.0/0']).includes('2001:db8::1')).toBe(false)
  })
})

describe('whose request it is', () => {
  const app = Fastify({ trustProxy: 'loopback' })
  let seen = ''
  let url = ''
  beforeAll(async () => {
    app.get('/', async (request) => {
      seen = clientAddress(request.raw)
      return request.ip
    })
    url = await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(() => app.close())

  for (const forwarded of [
    undefined,
    '203.0.113.9',
    '10.0.0.1, 203.0.113.9',
    '203.0.113.9, 127.0.0.1',
    '127.0.0.1, ::1',
    'unknown',
    '203.0.113.9,198.51.100.7,127.0.0.2',
    '2001:db8::1',
  ]) {
    it(`is the same as the router says, for ${forwarded ?? 'nothing forwarded'}`, async () => {
      const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
      const said = await (await fetch(url, { headers })).text()
      expect(seen).toBe(said)
    })
  }

  it('is the socket when the proxy is elsewhere', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    expect(clientAddress({ headers, socket: { remoteAddress: '198.51.100.7' } as never })).toBe('198.51.100.7')
  })
})
