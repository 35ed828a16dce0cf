import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuardedFetch, FetchRefused } from './guarded-fetch.js'
import { isPublicAddress } from './public-address.js'

let server: Server
let port: number
const seen: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '')
    if (request.url === '/away') return response.writeHead(302, { location: 'https://[::ffff:7f00:1]/' }).end()
    if (request.url === '/here') return response.writeHead(302, { location: '/' }).end()
    if (request.url === '/big') return response.end(Buffer.alloc(5000))
    if (request.url === '/slow') return
    response.setHeader('content-type', 'application/json')
    response.end('{"here":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const problemOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof FetchRefused ? error.problem : `no refusal: ${String(error)}`
}

describe('a fetch of an address that a person gave', () => {
  it('knows the open network', () => {
    const inner =
      '127.0.0.1 10.1.2.3 100.64.0.1 169.254.169.254 172.31.0.1 192.168.1.1 0.0.0.0 224.0.0.1 255.255.255.255 198.18.0.1 ::1 :: fe80::1 fd00::1 ff02::1 ::ffff:8.8.8.8 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:1:: 2001:db8::1'
    for (const address of inner.split(' ')) expect(isPublicAddress(address), address).toBe(false)
    for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])
      expect(isPublicAddress(address), address).toBe(true)
    expect(isPublicAddress('example.org')).toBe(false)
  })

  it.each([
    ['https://127.0.0.1/', 'inner'],
    ['https://2130706433/', 'inner'],
    ['https://0177.0.0.1/', 'inner'],
    ['https://0x7f.1/', 'inner'],
    ['https://0.0.0.0/', 'inner'],
    ['https://[::1]/', 'inner'],
    ['https://[::ffff:7f00:1]/', 'inner'],
    ['https://169.254.169.254/latest/meta-data', 'inner'],
    ['https://localhost/', 'inner'],
    ['http://example.org/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['https://example.org:22/', 'port'],
    ['https://user:secret@example.org/', 'address'],
    ['not an address', 'address'],
  ])('refuses %s', async (address, problem) => {
    expect(await problemOf(createGuardedFetch({ innerHosts: [], openHosts: ['*'] })(address))).toBe(problem)
  })

  it('reaches what the operator allows, by name and port, and nothing beside it', async () => {
    const guarded = createGuardedFetch({ innerHosts: [`127.0.0.1:${port}`], openHosts: ['*'] })
    expect(await (await guarded(`http://127.0.0.1:${port}/`)).json()).toEqual({ here: true })
    expect(await problemOf(guarded(`https://127.0.0.1:${port + 1}/`))).not.toBe('network')
    expect(await problemOf(guarded(`http://localhost:${port}/`))).toBe('scheme')
  })

  it('goes nowhere on the open network until the operator opens a host', async () => {
    const closed = createGuardedFetch({ innerHosts: [], openHosts: [] })
    expect(await problemOf(closed('https://idp.example.org/'))).toBe('closed')
    const opened = createGuardedFetch({ innerHosts: [], openHosts: ['idp.example.org'] })
    expect(await problemOf(opened('https://sub.idp.example.org/'))).toBe('closed')
    expect(await problemOf(opened('https://127.0.0.1/'))).toBe('inner')
  })

  it('checks every redirect, follows none unasked, and reads no more than allowed', async () => {
    const guarded = createGuardedFetch({ innerHosts: ['127.0.0.1'], openHosts: ['*'] })
    const at = (path: string) => `http://127.0.0.1:${port}${path}`
    expect(await problemOf(guarded(at('/here')))).toBe('redirect')
    expect((await guarded(at('/here'), { redirects: 1 })).status).toBe(200)
    expect(await problemOf(guarded(at('/away'), { redirects: 3 }))).toBe('inner')
    expect(await problemOf(guarded(at('/big'), { maxBytes: 4000 }))).toBe('size')
    expect(await problemOf(guarded(at('/slow'), { timeoutMs: 200 }))).toBe('time')
  })
})
