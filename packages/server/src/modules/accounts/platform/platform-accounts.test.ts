import type { PlatformAccount, SessionView } from '@stoa/contracts'
import { ask, join, joinAsAdmin, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let root: Person
let eve: Person
let olaf: Person
let trudy: Person
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  eve = await join(server, 'eve')
  olaf = await join(server, 'olaf')
  trudy = await join(server, 'trudy')
  await eve.ask('POST', '/api/v1/accounts/orgs', { name: 'Evil' })
  await eve.ask('POST', '/api/repos/create', { name: 'plan', organization: 'evil', private: true })
  await server.settled()
})
afterAll(() => server.stop())

const admin = '/api/v1/accounts/admin'
const account = (name: string): string => `${admin}/accounts/${name}`
const give = (name: string, duties: string[], by = root) =>
  by.ask<PlatformAccount>('PUT', `${account(name)}/duties`, { duties })
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('platform duties', () => {
  it('are given by owners, never to oneself, and the checking ones stand apart', async () => {
    expect((await eve.ask('GET', `${admin}/accounts`)).status).toBe(403)
    expect((await ask(`${server.url}${admin}/accounts`, 'GET')).status).toBe(401)
    expect((await give('olaf', ['operator'])).body.duties).toEqual(['operator'])
    expect((await give('trudy', ['trust_lead'])).body.duties).toEqual(['trust_lead'])
    expect((await give('eve', ['operator'], olaf)).status).toBe(403)
    expect((await give('root', ['operator', 'owner'])).status).toBe(409)
    expect((await give('eve', ['auditor', 'operator'])).status).toBe(409)
    const { body } = await olaf.ask<{ accounts: PlatformAccount[] }>('GET', `${admin}/accounts?limit=200`)
    expect(body.accounts.map((one) => one.name)).toEqual(['eve', 'Evil', 'olaf', 'root', 'trudy'])
    expect((await root.ask<SessionView>('GET', '/api/v1/accounts/session')).body.user?.duties).toEqual([])
  })

  it('of a fine-grained token are none', async () => {
    const scopes = [{ entity: { type: 'user', name: 'olaf' }, permissions: ['org.write'] }]
    const token = await olaf.newToken({ name: 'narrow', role: 'fineGrained', scopes })
    expect((await ask(`${server.url}${admin}/accounts`, 'GET', bearer(token))).status).toBe(403)
  })
})

describe('suspension', () => {
  it('refuses every door at once and gives everything back', async () => {
    const before = await ask(`${server.url}/api/models/evil/plan`, 'GET', bearer(eve.token))
    expect(before.status).toBe(200)
    expect((await olaf.ask('POST', `${account('eve')}/suspend`, { reason: 'sends spam' })).status).toBe(403)
    const suspended = await trudy.ask<PlatformAccount>('POST', `${account('eve')}/suspend`, { reason: 'sends spam' })
    expect(suspended.body).toMatchObject({ state: 'suspended', suspendedReason: 'sends spam' })
    for (const path of ['/api/models/evil/plan', '/api/whoami-v2', '/api/models'])
      expect((await ask(server.url + path, 'GET', bearer(eve.token))).status, path).toBe(401)
    const chat = await ask(`${server.url}/v1/models`, 'GET', bearer(eve.token))
    expect(chat.status).toBe(401)
    const git = `${server.url}/evil/plan/info/refs?service=git-upload-pack`
    const basic = Buffer.from(`eve:${eve.token}`).toString('base64')
    expect((await ask(git, 'GET', { headers: { authorization: `Basic ${basic}` } })).status).toBe(401)
    expect((await eve.ask<SessionView>('GET', '/api/v1/accounts/session')).body.user).toBeNull()
    const signIn = { login: 'eve', password: 'correct horse battery' }
    expect((await ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', { body: signIn })).status).toBe(401)
    expect((await trudy.ask('POST', `${account('eve')}/suspend`, { reason: 'again' })).status).toBe(409)
    await trudy.ask('POST', `${account('eve')}/restore`)
    expect((await ask(`${server.url}/api/models/evil/plan`, 'GET', bearer(eve.token))).status).toBe(200)
  })

  it('of an organisation takes its roles away; owners and oneself are safe from others', async () => {
    await trudy.ask('POST', `${account('evil')}/suspend`, { reason: 'fraud' })
    expect((await eve.ask('GET', '/api/models/evil/plan')).status).toBe(404)
    await trudy.ask('POST', `${account('evil')}/restore`)
    expect((await eve.ask('GET', '/api/models/evil/plan')).status).toBe(200)
    expect((await trudy.ask('POST', `${account('root')}/suspend`, { reason: 'coup' })).status).toBe(409)
    expect((await trudy.ask('POST', `${account('trudy')}/suspend`, { reason: 'oops' })).status).toBe(409)
  })

  it('verification is for the verifier', async () => {
    expect((await trudy.ask('PUT', `${account('evil')}/verified`, { verified: true })).status).toBe(403)
    expect(
      (await root.ask<PlatformAccount>('PUT', `${account('evil')}/verified`, { verified: true })).body.verified,
    ).toBe(true)
    const { body } = await ask<{ isVerified: boolean }>(`${server.url}/api/organizations/evil/overview`, 'GET')
    expect(body.isVerified).toBe(true)
  })
})

describe('borrowed eyes', () => {
  it('see what the person sees, change nothing, carry a banner, and come back', async () => {
    const started = await root.ask('POST', `${admin}/impersonations`, { user: 'eve', reason: 'ticket 17' })
    expect(started.status).toBe(200)
    const borrowed = <T = unknown>(method: string, path: string, body?: unknown) =>
      ask<T>(server.url + path, method, { cookie: started.cookie, ...(body === undefined ? {} : { body }) })
    const session = await borrowed<SessionView>('GET', '/api/v1/accounts/session')
    expect(session.body.user).toMatchObject({ name: 'eve', impersonator: { name: 'root' } })
    expect((await borrowed('GET', '/api/models/evil/plan')).status).toBe(200)
    const refused = await borrowed<{ error: string }>('POST', '/api/repos/create', { name: 'eve/x' })
    expect([refused.status, refused.headers.get('x-error-code')]).toEqual([403, 'BorrowedView'])
    for (const [method, path] of [
      ['POST', '/api/v1/accounts/tokens'],
      ['PATCH', '/api/v1/accounts/profile'],
      ['DELETE', '/api/v1/accounts/orgs/evil/members/eve'],
      ['POST', '/api/v1/accounts/password'],
    ] as const)
      expect((await borrowed(method, path, {})).status, path).toBe(403)
    expect((await borrowed('GET', '/api/models/evil/plan/xet-write-token/main')).status).toBe(403)
    const chat = await borrowed('POST', '/v1/chat/completions', { model: 'x', messages: [] })
    expect(chat.status).toBe(403)
    const back = await borrowed('DELETE', `${admin}/impersonations`)
    expect([back.status, back.body]).toEqual([204, ''])
    const mine = await ask<SessionView>(`${server.url}/api/v1/accounts/session`, 'GET', { cookie: back.cookie })
    expect(mine.body.user?.name).toBe('root')
    expect((await borrowed<SessionView>('GET', '/api/v1/accounts/session')).body.user).toBeNull()
    // The way back rotated the cookie.
    root = {
      ...root,
      ask: (method, path, body) =>
        ask(server.url + path, method, { cookie: back.cookie, ...(body === undefined ? {} : { body }) }),
    }
  })

  it('are never those of people who run the platform, and never lent by a token', async () => {
    expect((await root.ask('POST', `${admin}/impersonations`, { user: 'olaf', reason: 'look' })).status).toBe(409)
    expect((await trudy.ask('POST', `${admin}/impersonations`, { user: 'eve', reason: 'look' })).status).toBe(403)
    const body = { user: 'eve', reason: 'look' }
    expect((await ask(`${server.url}${admin}/impersonations`, 'POST', { body, ...bearer(root.token) })).status).toBe(
      403,
    )
  })
})

describe('break-glass', () => {
  it('opens reading of one organisation to an operator for an hour, and the organisation is told', async () => {
    expect((await olaf.ask('GET', '/api/models/evil/plan')).status).toBe(404)
    expect((await eve.ask('POST', `${admin}/break-glass`, { org: 'evil', reason: 'curious' })).status).toBe(403)
    const opening = { org: 'evil', reason: 'disk full' }
    // Who was given a duty shows anew who they are before using it.
    const early = await olaf.ask<{ error: { code: string } }>('POST', `${admin}/break-glass`, opening)
    expect([early.status, early.body.error.code]).toEqual([403, 'ConfirmationRequired'])
    const signedIn = await ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', {
      body: { login: 'olaf', password: TEST_PASSWORD },
    })
    const opened = await ask(`${server.url}${admin}/break-glass`, 'POST', { cookie: signedIn.cookie, body: opening })
    expect(opened.status).toBe(200)
    expect((await olaf.ask('GET', '/api/models/evil/plan')).status).toBe(200)
    expect((await olaf.ask('DELETE', '/api/repos/delete', { name: 'evil/plan' })).status).toBe(403)
    const told = await eve.ask<{ openings: object[] }>('GET', '/api/v1/accounts/orgs/evil/break-glass')
    expect(told.body.openings).toMatchObject([{ org: 'Evil', user: 'olaf', reason: 'disk full' }])
    expect((await trudy.ask('GET', '/api/v1/accounts/orgs/evil/break-glass')).status).toBe(403)
  })
})
