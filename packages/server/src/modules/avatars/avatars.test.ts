import { removeAvatar, removeOrgAvatar, setAvatar, setOrgAvatar } from '@stoa/contracts'
import { ask, createTestClock, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const clock = createTestClock(new Date('2026-11-21T12:00:00Z'))
let server: TestServer
let ada: Person
let ben: Person

beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'ben', role: 'write' })
})
afterAll(() => server.stop())

const ofAcme = setOrgAvatar.path.replace(':name', 'acme')
const set = async (who: Person, path: string, picture: string) =>
  who.ask<{ avatarUrl: string; error: { message: string } }>('PUT', path, { picture })
const blobs = async (): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of server.running.kit.blobs.list('avatars/')) keys.push(key)
  return keys
}

describe('[C1] a picture', () => {
  it('is uploaded, shown wherever the Hub shows one, and served as what it is, without scripts', async () => {
    const made = await set(ada, setAvatar.path, PIXEL)
    expect(made.status).toBe(200)
    const { avatarUrl } = made.body
    expect(avatarUrl).toMatch(new RegExp(`^/avatars/${ada.id}/[0-9a-f]{24}\\.png$`))
    const answer = await fetch(server.url + avatarUrl)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'inline; filename="avatar"',
    })
    expect(Buffer.from(await answer.arrayBuffer()).toString('base64')).toBe(PIXEL)
    for (const path of ['/api/users/ada/overview', '/api/users/ada/avatar']) {
      expect((await ask(server.url + path, 'GET')).body).toMatchObject({ avatarUrl })
    }
    const me = await ask<{ avatarUrl: string }>(`${server.url}/api/whoami-v2`, 'GET', {
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(me.body.avatarUrl).toContain(avatarUrl)
  })

  it('is replaced at a new address, its bytes go, and it is taken away', async () => {
    const before = await blobs()
    const { avatarUrl } = (await set(ada, setAvatar.path, GIF)).body
    await server.running.kit.jobs.drained()
    expect(await blobs()).toEqual([avatarUrl.slice(1)])
    expect((await fetch(`${server.url}/${before[0]}`)).status).toBe(404)
    const gone = await ada.ask<{ avatarUrl: string }>('DELETE', removeAvatar.path)
    expect(gone.body.avatarUrl).toBe(`/avatars/${ada.id}.svg`)
    await server.running.kit.jobs.drained()
    expect(await blobs()).toEqual([])
    expect((await ada.ask('DELETE', removeAvatar.path)).status).toBe(200)
  })

  it('is a small PNG, JPEG, WebP or GIF and nothing else, whatever it is called', async () => {
    const huge = Buffer.from(PIXEL, 'base64')
    huge.writeUInt32BE(5000, 16)
    const bad = [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      Buffer.from('<html><script>alert(1)</script>'),
      Buffer.from('GIF89a'),
      huge,
      Buffer.concat([Buffer.from(PIXEL, 'base64'), Buffer.alloc(512 * 1024)]),
    ]
    for (const bytes of bad) expect((await set(ada, setAvatar.path, bytes.toString('base64'))).status).toBe(400)
    expect((await set(ada, setAvatar.path, '***')).status).toBe(400)
    expect((await set(ada, setAvatar.path, 'A'.repeat(2_000_000))).status).toBe(413)
    expect(await blobs()).toEqual([])
    for (const path of ['/avatars/x/y.svg', '/avatars/x/..%2fy.png', `/avatars/${ada.id}/${'0'.repeat(24)}.png`])
      expect([400, 404]).toContain((await fetch(server.url + path)).status)
  })

  it('of an organisation is its admins’, mine is mine, and neither a reading token’s', async () => {
    expect((await set(ben, ofAcme, PIXEL)).status).toBe(403)
    expect((await ben.ask('DELETE', removeOrgAvatar.path.replace(':name', 'acme'))).status).toBe(403)
    expect((await ask(server.url + ofAcme, 'PUT', { body: { picture: PIXEL } })).status).toBe(401)
    expect((await ask(server.url + setAvatar.path, 'PUT', { body: { picture: PIXEL } })).status).toBe(401)
    const reading = { authorization: `Bearer ${await ada.newToken({ name: 'r', role: 'read' })}` }
    for (const path of [ofAcme, setAvatar.path])
      expect((await ask(server.url + path, 'PUT', { headers: reading, body: { picture: PIXEL } })).status).toBe(403)
    const made = await set(ada, ofAcme, PIXEL)
    expect(made.status).toBe(200)
    const overview = await ask<{ avatarUrl: string }>(`${server.url}/api/organizations/acme/overview`, 'GET')
    expect(overview.body.avatarUrl).toBe(made.body.avatarUrl)
    const { body } = await ada.ask<{ events: { action: string }[] }>('GET', '/api/v1/trust/audit/events?chain=acme')
    expect(body.events[0]?.action).toBe('org.avatar')
  })

  it('goes with its organisation', async () => {
    expect(await blobs()).toHaveLength(1)
    expect((await ada.ask('DELETE', '/api/v1/accounts/orgs/acme')).status).toBe(204)
    clock.advanceMs(25 * 3_600_000)
    await server.running.kit.jobs.drained()
    expect(await blobs()).toEqual([])
  })
})
