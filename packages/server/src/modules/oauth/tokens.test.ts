import { createRepo, listOauthGrants, revokeCredentials, whoami } from '@stoa/contracts'
import { ask, createTestClock, join, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApp, type OauthAnswer, post, signInto, type TestApp } from './oauth-app.suite.js'

const clock = createTestClock(new Date('2027-02-01T12:00:00Z'))
let server: TestServer
let ada: Person
let bob: Person
let app: TestApp
let secretive: TestApp
beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  bob = await join(server, 'bob')
  app = await makeApp(bob, {
    scopes: ['openid', 'profile', 'email', 'read-repos', 'write-repos', 'manage-repos', 'inference-api'],
  })
  secretive = await makeApp(bob, { isPublic: false })
})
afterAll(() => server.stop())

const refresh = (tokens: OauthAnswer, more: Record<string, string> = {}) =>
  post(server, '/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: String(tokens.refresh_token),
    client_id: app.clientId,
    ...more,
  })
const statusOf = async (secret: unknown): Promise<number> =>
  (await ask(`${server.url}/api/whoami-v2`, 'GET', { headers: { authorization: `Bearer ${secret}` } })).status

describe('refresh', () => {
  it('gives a new pair; the old refresh token is used up, the old access token lives on until it ends', async () => {
    const first = await signInto(server, ada, app)
    const second = await refresh(first)
    expect([second.status, second.body.scope]).toEqual([200, first.scope])
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    expect(await statusOf(second.body.access_token)).toBe(200)
    expect(await statusOf(first.access_token)).toBe(200)
  })

  it('ends the whole sign-in when a refresh token comes back a second time', async () => {
    const first = await signInto(server, ada, app)
    const other = await signInto(server, ada, app)
    const second = await refresh(first)
    const again = await refresh(first)
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    expect(await statusOf(second.body.access_token)).toBe(401)
    expect((await refresh(second.body)).body.error).toBe('invalid_grant')
    expect(await statusOf(other.access_token)).toBe(200)
  })

  it('lets one of two simultaneous refreshes through at most', async () => {
    const tokens = await signInto(server, ada, app)
    const both = await Promise.all([refresh(tokens), refresh(tokens)])
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  })

  it('may ask for less, never for more; less is not for ever', async () => {
    const tokens = await signInto(server, ada, app, { scope: 'openid read-repos' })
    const less = await refresh(tokens, { scope: 'openid' })
    expect(less.body.scope).toBe('openid')
    expect((await refresh(less.body, { scope: 'openid manage-repos' })).body.error).toBe('invalid_scope')
    expect((await refresh(less.body)).body.scope).toBe('openid read-repos')
  })

  it('refuses another app, an access token, an expired one, a confidential app without its secret', async () => {
    const tokens = await signInto(server, ada, app)
    const other = await makeApp(ada)
    expect((await refresh(tokens, { client_id: other.clientId })).body.error).toBe('invalid_grant')
    expect((await refresh({ refresh_token: String(tokens.access_token) })).body.error).toBe('invalid_grant')
    expect((await refresh(tokens, { client_id: secretive.clientId })).body.error).toBe('invalid_client')
    expect((await post(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' })).body.error).toBe(
      'invalid_client',
    )
    clock.advanceMs(31 * 24 * 3_600_000)
    expect((await refresh(tokens)).body.error).toBe('invalid_grant')
    ada = await back(ada)
    bob = await back(bob)
  })

  /** Sessions end while the clock jumps; people sign in again. */
  async function back(person: Person): Promise<Person> {
    const body = { login: person.name, password: TEST_PASSWORD }
    const { cookie } = await ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', { body })
    return {
      ...person,
      cookie,
      ask: <T>(method: string, path: string, sent?: unknown) =>
        ask<T>(server.url + path, method, { cookie, ...(sent === undefined ? {} : { body: sent }) }),
    }
  }
})

describe('revocation and introspection', () => {
  it('ends one access token, or with the refresh token everything, at once and only for the app itself', async () => {
    const revoke = (token: unknown, clientId = app.clientId) =>
      post(server, '/oauth/revoke', { token: String(token), client_id: clientId })
    const tokens = await signInto(server, ada, app)
    const other = await makeApp(ada)
    expect((await revoke(tokens.access_token, other.clientId)).status).toBe(200)
    expect(await statusOf(tokens.access_token)).toBe(200)
    expect((await revoke(tokens.access_token)).status).toBe(200)
    expect(await statusOf(tokens.access_token)).toBe(401)
    const next = await refresh(tokens)
    expect((await revoke(next.body.refresh_token)).status).toBe(200)
    expect(await statusOf(next.body.access_token)).toBe(401)
    expect((await revoke('unknown')).status).toBe(200)
    expect((await revoke('unknown', 'nobody')).body.error).toBe('invalid_client')
  })

  it('tells an app with a secret what its own tokens are worth', async () => {
    const mine = await signInto(server, ada, secretive)
    const foreign = await signInto(server, ada, app)
    const introspect = (token: unknown, basic: string) =>
      post(server, '/oauth/introspect', { token: String(token) }, { basic })
    const basic = `${secretive.clientId}:${secretive.secret}`
    const told = await introspect(mine.access_token, basic)
    expect(told.body).toMatchObject({ active: true, username: 'ada', sub: ada.id, scope: 'openid profile email' })
    expect((await introspect(foreign.access_token, basic)).body).toEqual({ active: false })
    expect((await introspect(ada.token, basic)).body).toEqual({ active: false })
    const open = await post(server, '/oauth/introspect', { token: 'x', client_id: app.clientId })
    expect(open.body.error).toBe('invalid_client')
  })

  it('ends all tokens when the person puts the app out, when its maker deletes it, and when a token was found in the open', async () => {
    const tokens = await signInto(server, ada, app)
    expect(await statusOf(tokens.access_token)).toBe(200)
    const grants = await ada.ask<{ id: string; app: { clientId: string }; signIns: number }[]>(
      'GET',
      listOauthGrants.path,
    )
    const grant = grants.body.find((one) => one.app.clientId === app.clientId)
    expect(grant?.signIns).toBeGreaterThan(0)
    expect((await bob.ask('DELETE', `/api/v1/accounts/oauth/grants/${grant?.id}`)).status).toBe(404)
    expect((await ada.ask('DELETE', `/api/v1/accounts/oauth/grants/${grant?.id}`)).status).toBe(204)
    expect(await statusOf(tokens.access_token)).toBe(401)
    expect((await refresh(tokens)).body.error).toBe('invalid_grant')

    const doomed = await makeApp(bob)
    const held = await signInto(server, ada, doomed)
    expect(await statusOf(held.access_token)).toBe(200)
    expect((await ada.ask('DELETE', `/api/v1/accounts/oauth/apps/${doomed.id}`)).status).toBe(404)
    expect((await bob.ask('DELETE', `/api/v1/accounts/oauth/apps/${doomed.id}`)).status).toBe(204)
    expect(await statusOf(held.access_token)).toBe(401)

    const leaked = await signInto(server, ada, app)
    expect(await statusOf(leaked.access_token)).toBe(200)
    await post(server, revokeCredentials.path, { credentials: [leaked.refresh_token] as never }, { json: true })
    expect(await statusOf(leaked.access_token)).toBe(401)
  })

  it('expires by itself', async () => {
    const tokens = await signInto(server, ada, app)
    expect(await statusOf(tokens.access_token)).toBe(200)
    clock.advanceMs(8 * 3_600_000)
    expect(await statusOf(tokens.access_token)).toBe(401)
  })
})

describe('what a token of an app may do', () => {
  const call = (tokens: OauthAnswer) => server.client(tokens.access_token)
  const make = (tokens: OauthAnswer, name: string, organization?: string) =>
    call(tokens)
      .call(createRepo, { body: { type: 'model', name, private: true, ...(organization ? { organization } : {}) } })
      .then(
        () => 'made',
        (error: { code: string }) => error.code,
      )
  const see = async (tokens: OauthAnswer, namespace: string, name: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    return (await ask(`${server.url}/api/models/${namespace}/${name}`, 'GET', { headers })).status === 200
  }

  it("is its scopes on the person's things and on the organisations they chose, and no more", async () => {
    await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
    await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'other' })
    await ada.client.call(createRepo, { body: { type: 'model', name: 'secret', private: true } })
    await ada.client.call(createRepo, { body: { type: 'model', name: 'secret', organization: 'acme', private: true } })
    const orgs = (await ada.client.call(whoami, {})).orgs
    const acmeId = orgs.find((org) => org.name === 'acme')?.id ?? ''

    const identity = await signInto(server, ada, app, { scope: 'openid profile', orgs: 'all' })
    expect(await see(identity, 'ada', 'secret')).toBe(false)

    const reading = await signInto(server, ada, app, { scope: 'read-repos', orgs: [] })
    expect([await see(reading, 'ada', 'secret'), await see(reading, 'acme', 'secret')]).toEqual([true, false])
    expect(await make(reading, 'nope')).not.toBe('made')

    const writing = await signInto(server, ada, app, { scope: 'write-repos', orgs: [acmeId] })
    expect([await see(writing, 'ada', 'secret'), await see(writing, 'acme', 'secret')]).toEqual([true, true])
    expect(await make(writing, 'nope')).not.toBe('made')

    const managing = await signInto(server, ada, app, { scope: 'manage-repos', orgs: [acmeId] })
    expect(await make(managing, 'by-app')).toBe('made')
    expect(await make(managing, 'by-app', 'acme')).toBe('made')
    expect(await make(managing, 'by-app', 'other')).not.toBe('made')
  })

  it('reaches git and inference with its scopes, and never runs the platform or manages credentials', async () => {
    const reading = await signInto(server, ada, app, { scope: 'read-repos', orgs: 'all' })
    const git = (secret: unknown) =>
      fetch(`${server.url}/ada/secret/info/refs?service=git-upload-pack`, {
        headers: { authorization: `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}` },
      }).then((answer) => answer.status)
    expect(await git(reading.access_token)).toBe(200)
    const identity = await signInto(server, ada, app, { scope: 'openid', orgs: [] })
    expect(await git(identity.access_token)).not.toBe(200)
    const chat = (secret: unknown) =>
      ask<{ error: { code: string } }>(`${server.url}/v1/chat/completions`, 'POST', {
        body: { model: 'nobody/nothing', messages: [{ role: 'user', content: 'hi' }] },
        headers: { authorization: `Bearer ${secret}` },
      })
    expect((await chat(identity.access_token)).body.error.code).toBe('InsufficientScope')
    const calling = await signInto(server, ada, app, { scope: 'inference-api' })
    expect((await chat(calling.access_token)).body.error.code).not.toBe('InsufficientScope')
    const made = await ask<{ error: { code: string } }>(`${server.url}/api/v1/accounts/tokens`, 'POST', {
      body: { name: 'mine', role: 'write' },
      headers: { authorization: `Bearer ${calling.access_token}` },
    })
    expect(made.body.error.code).toBe('SessionRequired')
  })

  it('is no refresh token and no client secret', async () => {
    const tokens = await signInto(server, ada, app)
    expect(await statusOf(tokens.refresh_token)).toBe(401)
    expect(await statusOf(secretive.secret)).toBe(401)
  })
})
