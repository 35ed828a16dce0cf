import { decideDevice, inspectDevice, type ResponseOf, type startDevice } from '@stoa/contracts'
import { type Answer, ask, createTestClock, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApp, post } from './oauth-app.suite.js'

/** The id that `hf auth login` names. */
const CLI = '26be6b09-91c5-47da-9861-d2d2bb7a7e36'
const clock = createTestClock(new Date('2027-03-01T12:00:00Z'))
let server: TestServer
let ada: Person
let bob: Person
beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  bob = await join(server, 'bob')
})
afterAll(() => server.stop())

type Started = ResponseOf<typeof startDevice>
type Told = ResponseOf<typeof inspectDevice>
interface Refusal {
  readonly error: { readonly code: string }
}

async function start(fields: Record<string, string> = {}): Promise<Started> {
  const answer = await post(server, '/oauth/device', { client_id: CLI, ...fields })
  expect(answer.status).toBe(200)
  return answer.body as never
}
const poll = (started: Started, clientId = CLI) =>
  post(server, '/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code,
    client_id: clientId,
  })
const inspect = <T = Told>(person: Person, userCode: string): Promise<Answer<T>> =>
  person.ask<T>('POST', inspectDevice.path, { userCode })
const decide = (person: Person, userCode: string, allow: boolean, orgs?: 'all' | string[]) =>
  person.ask<Refusal>('POST', decideDevice.path, { userCode, allow, ...(orgs === undefined ? {} : { orgs }) })

describe('signing a program in by a code', () => {
  it('waits, is confirmed in the browser, and gets tokens that live for days', async () => {
    const started = await start()
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect(started.verification_uri_complete).toBe(`${server.url}/oauth/device?user_code=${started.user_code}`)
    expect((await poll(started)).body.error).toBe('authorization_pending')
    const told = await inspect(ada, started.user_code.toLowerCase().replace('-', ' '))
    expect(told.body).toMatchObject({
      app: { origin: 'built_in' },
      userCode: started.user_code,
      addressPrefix: '127.0.0.0/24',
    })
    expect((await decide(ada, started.user_code, true, 'all')).status).toBe(204)
    const got = await poll(started)
    expect(got.status).toBe(200)
    expect(got.body.expires_in).toBeGreaterThan(2 * 24 * 3600)
    const me = await ask<{ name: string }>(`${server.url}/api/whoami-v2`, 'GET', {
      headers: { authorization: `Bearer ${got.body.access_token}` },
    })
    expect(me.body.name).toBe('ada')
    expect((await poll(started)).body.error).toBe('invalid_grant')
  })

  it('is slowed down when it asks too often, and each time more', async () => {
    const started = await start()
    expect((await poll(started)).body.error).toBe('authorization_pending')
    clock.advanceMs(1_000)
    expect((await poll(started)).body.error).toBe('slow_down')
    clock.advanceMs(6_000)
    expect((await poll(started)).body.error).toBe('slow_down')
    clock.advanceMs(15_000)
    expect((await poll(started)).body.error).toBe('authorization_pending')
  })

  it("hears a no, an expiry, and nothing of another program's code", async () => {
    const denied = await start()
    expect((await decide(ada, denied.user_code, false)).status).toBe(204)
    expect((await poll(denied)).body.error).toBe('access_denied')
    const waiting = await start()
    const other = await makeApp(bob)
    expect((await poll(waiting, other.clientId)).body.error).toBe('invalid_grant')
    expect((await poll({ ...waiting, device_code: 'x' })).body.error).toBe('invalid_grant')
    clock.advanceMs(901_000)
    expect((await poll(waiting)).body.error).toBe('expired_token')
    expect((await inspect<Refusal>(ada, waiting.user_code)).body.error.code).toBe('DeviceCodeUnknown')
  })

  it('is only for public apps, and never asks for more than the app may', async () => {
    const secretive = await makeApp(bob, { isPublic: false })
    const fields = { client_id: secretive.clientId, client_secret: secretive.secret ?? '' }
    expect((await post(server, '/oauth/device', fields)).body.error).toBe('unauthorized_client')
    expect((await post(server, '/oauth/device', { client_id: CLI, scope: 'contribute-repos' })).body.error).toBe(
      'invalid_scope',
    )
    expect((await post(server, '/oauth/device', { client_id: 'nobody' })).body.error).toBe('invalid_client')
    const little = await start({ scope: 'openid profile' })
    expect((await inspect(ada, little.user_code)).body.scopes).toEqual(['openid', 'profile'])
  })

  it('is confirmed once, by somebody at a browser, not from another site', async () => {
    const started = await start()
    const byToken = await ask<Refusal>(server.url + decideDevice.path, 'POST', {
      body: { userCode: started.user_code, allow: true },
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(byToken.body.error.code).toBe('SessionRequired')
    const foreign = await ask<Refusal>(server.url + decideDevice.path, 'POST', {
      body: { userCode: started.user_code, allow: true },
      cookie: ada.cookie,
      headers: { origin: 'https://evil.example.org' },
    })
    expect(foreign.body.error.code).toBe('CrossSiteRequest')
    const both = await Promise.all([decide(ada, started.user_code, true), decide(bob, started.user_code, true)])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('slows down whoever guesses codes', async () => {
    const guesser = await join(server, 'guesser')
    const guesses = []
    for (let n = 0; n < 6; n++) guesses.push((await inspect<Refusal>(guesser, 'BBBB-BBBB')).body.error.code)
    expect(guesses.slice(0, 5)).toEqual(Array(5).fill('DeviceCodeUnknown'))
    expect(guesses[5]).toBe('SignInThrottled')
  })

  it('gives nothing in the name of somebody who put the app out meanwhile', async () => {
    const started = await start()
    await decide(ada, started.user_code, true, [])
    const grants = await ada.ask<{ id: string }[]>('GET', '/api/v1/accounts/oauth/grants')
    for (const { id } of grants.body) await ada.ask('DELETE', `/api/v1/accounts/oauth/grants/${id}`)
    expect((await poll(started)).body.error).toBe('invalid_grant')
  })
})
