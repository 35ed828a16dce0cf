import { decideConsent, decideDevice, inspectDevice } from '@stoa/contracts'
import { ask, createTestClock, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTotp, at, showSecond, signIn, totpCode } from './signin-person.suite.js'

/** The id that `hf auth login` names. */
const CLI = '26be6b09-91c5-47da-9861-d2d2bb7a7e36'
const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
let server: TestServer
let ada: Person
let secret: string
beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  secret = (await addTotp(ada, clock.now().getTime())).secret
})
afterAll(() => server.stop())

const form = async <T>(path: string, fields: Record<string, string>) => {
  const answer = await fetch(server.url + path, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: answer.status, body: (await answer.json()) as T }
}
interface Started {
  readonly device_code: string
  readonly user_code: string
}

describe('[T5] a half sign-in at the doors of programs', () => {
  it('confirms no device: `hf auth login` goes through the second factor', async () => {
    const started = (await form<Started>('/oauth/device', { client_id: CLI })).body
    const poll = () =>
      form<{ error?: string; access_token?: string }>('/oauth/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: started.device_code,
        client_id: CLI,
      })
    const half = await signIn(server, 'ada')
    const code = { userCode: started.user_code }
    const decide = (cookie: string) =>
      ask(server.url + decideDevice.path, 'POST', { cookie, body: { ...code, allow: true, orgs: 'all' } })
    expect((await ask(server.url + inspectDevice.path, 'POST', { cookie: half.cookie, body: code })).status).toBe(401)
    expect((await decide(half.cookie)).status).toBe(401)
    expect((await poll()).body.error).toBe('authorization_pending')
    clock.advanceMs(30_000)
    const full = await showSecond(server, half.cookie, {
      method: 'totp',
      code: totpCode(secret, clock.now().getTime()),
    })
    expect((await decide(full.cookie)).status).toBe(204)
    clock.advanceMs(30_000)
    const token = (await poll()).body.access_token
    const me = await ask<{ name: string }>(`${server.url}/api/whoami-v2`, 'GET', {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(me.body.name).toBe('ada')
  })

  it('consents to no app, and stops no token that is there already', async () => {
    const half = await signIn(server, 'ada')
    const consent = await ask(server.url + decideConsent.path, 'POST', { cookie: half.cookie, body: {} })
    expect(consent.status).toBe(401)
    const headers = { authorization: `Bearer ${ada.token}` }
    expect((await ask(`${server.url}/api/repos/create`, 'POST', { headers, body: { name: 'mine' } })).status).toBe(200)
    const basic = { authorization: `Basic ${Buffer.from(`ada:${ada.token}`).toString('base64')}` }
    const refs = await ask(`${server.url}/ada/mine/info/refs?service=git-receive-pack`, 'GET', { headers: basic })
    expect(refs.status).toBe(200)
  })

  it('ends with its session list untouched: it is no session', async () => {
    await signIn(server, 'ada')
    const before = await ada.ask<object[]>('GET', '/api/v1/accounts/sessions')
    expect(before.body.length).toBe(2)
    expect((await ada.ask('DELETE', '/api/v1/accounts/sessions')).status).toBe(204)
    const after = await ada.ask<{ isCurrent: boolean }[]>('GET', '/api/v1/accounts/sessions')
    expect(after.body).toMatchObject([{ isCurrent: true }])
    const headers = { authorization: `Bearer ${ada.token}` }
    expect((await ask(`${server.url}/api/v1/accounts/sessions`, 'DELETE', { headers })).status).toBe(403)
    expect((await ask(`${server.url}/api/v1/accounts/sessions`, 'DELETE')).status).toBe(401)
    expect((await ask(`${server.url}${at}/factors`, 'GET', { headers })).status).toBe(403)
  })
})
