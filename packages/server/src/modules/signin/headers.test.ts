import { ask, join, joinAsAdmin, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import * as contracts from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let ada: Person
beforeAll(async () => {
  server = await startTestServer()
  await joinAsAdmin(server)
  ada = await join(server, 'ada')
})
afterAll(() => server.stop())

interface Unsafe {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly family: string
}
const isUnsafe = (one: unknown): one is Unsafe =>
  typeof one === 'object' &&
  one !== null &&
  'method' in one &&
  'path' in one &&
  !['GET', 'HEAD'].includes(String(one.method))

describe('what browsers are told', () => {
  it('keeps pages out of frames, without foreign scripts, and tells other sites little', async () => {
    for (const path of ['/', '/login', '/settings/security', '/oauth/consent', '/settings/x.css']) {
      const { headers } = await ask(server.url + path, 'GET', { cookie: ada.cookie })
      const policy = headers.get('content-security-policy') ?? ''
      if (headers.get('content-type')?.startsWith('text/html') && policy !== '') {
        expect(policy, path).toContain("frame-ancestors 'none'")
        expect(policy, path).toContain("base-uri 'none'")
        expect(policy, path).not.toMatch(/script-src[^;]*unsafe/)
      }
      expect(headers.get('x-frame-options'), path).toBe('DENY')
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('referrer-policy'), path).toBe('strict-origin-when-cross-origin')
      expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin')
      expect(headers.get('permissions-policy'), path).toContain('camera=()')
    }
  })

  it('never keeps what a person was shown, also under the name of a style sheet', async () => {
    for (const path of [
      '/api/v1/accounts/session',
      '/api/v1/accounts/profile',
      '/api/v1/signin/factors',
      '/api/whoami-v2',
    ])
      expect((await ada.ask('GET', path)).headers.get('cache-control'), path).toMatch(/no-store/)
    const deceived = await ada.ask<string>('GET', '/settings/x.css')
    expect(deceived.headers.get('content-type')).toMatch(/^text\/html/)
    expect(deceived.body).not.toContain('ada')
  })

  it('lets no other site change anything with the cookie of a person, at any route', async () => {
    const routes = (Object.values(contracts) as unknown[]).filter(isUnsafe)
    expect(routes.length).toBeGreaterThan(60)
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const letThrough: string[] = []
    for (const { id, method, path, family } of routes) {
      if (['storage', 'xet', 'oauth'].includes(family)) continue
      const url = server.url + path.replace(/\*|:\w+/g, 'x')
      const answer = await ask<{ error?: unknown }>(url, method, { cookie: ada.cookie, headers, body: {} })
      // Routes that know no person are refused for that, or ask for a secret in the body.
      if (answer.status < 300 && answer.status !== 202) letThrough.push(`${id} ${answer.status}`)
    }
    expect(letThrough.filter((one) => !KNOWS_NOBODY.some((id) => one.startsWith(id)))).toEqual([])
    expect((await ada.ask('GET', '/api/v1/accounts/profile')).status).toBe(200)
  })

  it('does not sign anybody in or up from another site', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    for (const [path, body] of [
      ['sign-in', { login: 'ada', password: TEST_PASSWORD }],
      ['sign-up', { name: 'victim', password: TEST_PASSWORD }],
    ] as const) {
      const answer = await ask(`${server.url}/api/v1/accounts/${path}`, 'POST', { headers, body })
      expect([answer.status, answer.cookie]).toEqual([403, ''])
    }
  })

  it('ties the cookie to this host over https', async () => {
    const secure = await startTestServer({ env: { STOA_PUBLIC_URL: 'https://hub.example.org' } })
    const body = { name: 'ada', password: TEST_PASSWORD }
    const joined = await ask(`${secure.running.address}/api/v1/accounts/sign-up`, 'POST', { body })
    expect(joined.headers.get('set-cookie')).toMatch(
      /^__Host-stoa=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
    )
    expect(joined.headers.get('strict-transport-security')).toBe('max-age=31536000')
    await secure.stop()
  })
})

/** Answer alike whoever asks: no cookie is read. */
const KNOWS_NOBODY = [
  'hub.telemetry',
  'hub.validate-yaml',
  'xet.telemetry',
  'xet.telemetry.root',
  'accounts.signOut',
  'hub.credentials.revoke',
]

describe('enumeration', () => {
  it('is closed: sign-up with a known address answers as with a new one, and so does a wrong password', async () => {
    await ask(`${server.url}/api/v1/accounts/sign-up`, 'POST', {
      body: { name: 'first', email: 'taken@example.org', password: TEST_PASSWORD },
    })
    const joinAs = (name: string, email: string) =>
      ask<{ user: { email: string; emailVerified: boolean } }>(`${server.url}/api/v1/accounts/sign-up`, 'POST', {
        body: { name, email, password: TEST_PASSWORD },
      })
    const [taken, fresh] = [await joinAs('second', 'taken@example.org'), await joinAs('third', 'fresh@example.org')]
    expect(taken.status).toBe(fresh.status)
    expect(Object.keys(taken.body)).toEqual(Object.keys(fresh.body))
    expect(taken.body.user).toMatchObject({ email: 'taken@example.org', emailVerified: false })
    const wrong = (login: string) =>
      ask<object>(`${server.url}/api/v1/accounts/sign-in`, 'POST', { body: { login, password: 'not the password' } })
    const answers = await Promise.all(['first', 'nobody-here', 'taken@example.org', 'no@example.org'].map(wrong))
    const blurred = answers.map(({ status, body }) => `${status} ${JSON.stringify(body).replace(/[0-9a-f]{24}/g, '')}`)
    expect(new Set(blurred).size).toBe(1)
  })
})
