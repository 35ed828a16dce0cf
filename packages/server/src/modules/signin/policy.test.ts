import { applyManifest, exportManifest, type SessionView } from '@stoa/contracts'
import { ask, join, joinAsAdmin, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTotp, at, codeOf, showSecond, signIn } from './signin-person.suite.js'

let server: TestServer
let root: Person
let ada: Person
let ben: Person
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'Acme' })
  await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'ben', role: 'write' })
  await ada.ask('POST', '/api/repos/create', { name: 'plan', organization: 'acme', private: true })
  await ada.ask('POST', '/api/repos/create', { name: 'open', organization: 'acme', private: false })
  await server.settled()
})
afterAll(() => server.stop())

const bearer = (person: Person) => ({ headers: { authorization: `Bearer ${person.token}` } })
const policyOf = (org: string): string => `${at}/orgs/${org}/policy`

describe('an organisation that asks for second factors', () => {
  it('is set by its admin, who has one', async () => {
    expect((await ben.ask('PUT', policyOf('acme'), { requiresMfa: true })).status).toBe(403)
    expect((await ask(server.url + policyOf('acme'), 'PUT', { body: { requiresMfa: true } })).status).toBe(401)
    const early = await ada.ask<{ error: { message: string } }>('PUT', policyOf('acme'), { requiresMfa: true })
    expect([codeOf(early), early.body.error.message]).toEqual([
      'SecondFactorRequired',
      'Add a passkey or an authenticator app to your own account first.',
    ])
    await addTotp(ada, Date.now())
    const set = await ada.ask('PUT', policyOf('acme'), { requiresMfa: true })
    expect(set.body).toEqual({ requiresMfa: true, membersWithout: ['ben'] })
  })

  it('shows members without one nothing private, by session or token, and says what to do', async () => {
    expect((await ada.ask('GET', '/api/models/acme/plan')).status).toBe(200)
    for (const path of ['/api/models/acme/plan', '/api/models/acme/no-such-thing', '/api/models/acme/plan/tree/main']) {
      const seen = await ask<{ error: string }>(server.url + path, 'GET', bearer(ben))
      expect([seen.status, seen.headers.get('x-error-code')], path).toEqual([403, 'SecondFactorRequired'])
      expect(seen.body.error).toMatch(/Acme asks its members for two-factor sign-in.*Settings, Security/)
      expect((await ben.ask('GET', path)).status).toBe(403)
    }
    expect((await ben.ask('GET', '/api/models/acme/open')).status).toBe(200)
    const listed = await ask<{ id: string }[]>(`${server.url}/api/models?author=acme`, 'GET', bearer(ben))
    expect(listed.body.map((one) => one.id)).toEqual(['Acme/open'])
    const made = await ben.ask('POST', '/api/repos/create', { name: 'new', organization: 'acme' })
    expect(made.headers.get('x-error-code')).toBe('SecondFactorRequired')
    const git = await ask(`${server.url}/acme/plan/info/refs?service=git-upload-pack`, 'GET', bearer(ben))
    expect(git.status).toBe(403)
    // Others learn nothing from it.
    expect((await ask(`${server.url}/api/models/acme/plan`, 'GET')).status).toBe(401)
    expect((await root.ask('GET', '/api/models/acme/plan')).status).toBe(200)
  })

  it('is named by whoami as the Hub names it, and by the session', async () => {
    const { body } = await ask<{ orgs: object[] }>(`${server.url}/api/whoami-v2`, 'GET', bearer(ben))
    expect(body.orgs).toMatchObject([{ name: 'Acme', securityRestrictions: ['mfa'] }])
    const session = await ben.ask<SessionView>('GET', '/api/v1/accounts/session')
    expect(session.body.orgs).toMatchObject([{ name: 'Acme', role: 'write', needsSecondFactor: true }])
    const adas = await ask<{ orgs: object[] }>(`${server.url}/api/whoami-v2`, 'GET', bearer(ada))
    expect(adas.body.orgs[0]).not.toHaveProperty('securityRestrictions')
  })

  it('opens again with a second factor, at once', async () => {
    await addTotp(ben, Date.now())
    expect((await ask(`${server.url}/api/models/acme/plan`, 'GET', bearer(ben))).status).toBe(200)
  })
})

describe('a manifest', () => {
  it('declares it, and the export says so', async () => {
    const documents = [{ name: 'm', text: 'orgs: [{ name: labs, requiresMfa: true, members: { ada: admin } }]\n' }]
    expect((await root.ask('POST', applyManifest.path, { documents })).status).toBe(200)
    const { accounts } = server.running.app
    const labs = await accounts.findAccount(server.running.kit.db, 'labs')
    expect(await accounts.showMfaPolicy(labs?.id ?? '')).toEqual({ requiresMfa: true, membersWithout: [] })
    const again = await root.ask<{ changes: object[] }>('POST', applyManifest.path, { documents })
    expect(again.body.changes).toEqual([])
    const exported = await root.ask<object>('GET', exportManifest.path)
    expect(JSON.stringify(exported.body)).toMatch(/labs[\s\S]*requiresMfa: true/)
  })
})

describe('a platform that asks for second factors', () => {
  it('of those who run it withholds duties until there is one', async () => {
    expect((await ben.ask('PUT', `${at}/policy`, { mfaRequired: 'nobody' })).status).toBe(403)
    expect(codeOf(await root.ask('PUT', `${at}/policy`, { mfaRequired: 'duties' }))).toBe('SecondFactorRequired')
    await addTotp(root, Date.now())
    expect((await root.ask('PUT', `${at}/policy`, { mfaRequired: 'duties' })).status).toBe(200)
    await join(server, 'olaf')
    expect((await root.ask('PUT', '/api/v1/accounts/admin/accounts/olaf/duties', { duties: ['owner'] })).status).toBe(
      200,
    )
    const olaf = await signIn(server, 'olaf')
    expect(olaf.body.user).toMatchObject({ isAdmin: true, needsSecondFactor: true })
    const asked = await ask(`${server.url}${at}/policy`, 'GET', { cookie: olaf.cookie })
    expect([asked.status, codeOf(asked)]).toEqual([403, 'SecondFactorRequired'])
    const list = await ask(`${server.url}/api/v1/accounts/admin/accounts`, 'GET', { cookie: olaf.cookie })
    expect(codeOf(list)).toBe('SecondFactorRequired')
  })

  it('of everybody leaves reading, and the way to add one', async () => {
    expect((await root.ask('PUT', `${at}/policy`, { mfaRequired: 'everybody' })).status).toBe(200)
    const cy = await join(server, 'cy')
    const made = await cy.ask('POST', '/api/repos/create', { name: 'x' })
    expect(made.headers.get('x-error-code')).toBe('SecondFactorRequired')
    expect((await cy.ask('GET', '/api/models/acme/open')).status).toBe(200)
    await addTotp(cy, Date.now())
    expect((await cy.ask('POST', '/api/repos/create', { name: 'x' })).status).toBe(200)
    await root.ask('PUT', `${at}/policy`, { mfaRequired: 'nobody' })
  })
})

describe('somebody who lost their factors', () => {
  it('is helped by an owner, on the record, and loses their sessions', async () => {
    const reset = (by: Person) => by.ask('DELETE', `${at}/accounts/ben/factors`, { reason: 'lost the phone' })
    expect((await reset(ada)).status).toBe(403)
    expect((await reset(root)).status).toBe(204)
    expect((await ben.ask('GET', '/api/v1/accounts/profile')).status).toBe(401)
    expect((await signIn(server, 'ben')).body.user?.name).toBe('ben')
    const chain = await root.ask<{ events: { action: string; reason?: string }[] }>(
      'GET',
      '/api/v1/trust/audit/events?chain=platform&action=auth.mfa.reset',
    )
    expect(chain.body.events).toMatchObject([{ action: 'auth.mfa.reset', reason: 'lost the phone' }])
  })

  it('gets a link from an admin that sets the password and asks for the factor all the same', async () => {
    const gus = await join(server, 'gus')
    const { codes } = await addTotp(gus, Date.now())
    const { accounts } = server.running.app
    const link = await accounts.makePasswordLink(gus.id)
    const body = { secret: link.split('#')[1], password: 'another good password' }
    const redeemed = await ask<SessionView>(`${server.url}/api/v1/accounts/links/redeem`, 'POST', { body })
    expect(redeemed.body).toMatchObject({ user: null, pending: { methods: ['totp', 'recovery'] } })
    expect((await gus.ask('GET', '/api/v1/accounts/profile')).status).toBe(401)
    const full = await showSecond(server, redeemed.cookie, { method: 'recovery', code: codes[0] })
    expect(full.body.user?.name).toBe('gus')
  })

  it('and is the only owner gets in by the link of the machine, which forgets the factors on the record', async () => {
    const link = await server.running.app.accounts.makeRecoveryLink()
    const body = { secret: link?.split('#')[1], password: TEST_PASSWORD }
    const none = await ask(`${server.url}/api/v1/accounts/links/redeem`, 'POST', { body: { secret: body.secret } })
    expect([none.status, codeOf(none)]).toEqual([422, 'PasswordTooWeak'])
    const shown = await ask<object>(`${server.url}/api/v1/accounts/links/inspect`, 'POST', {
      body: { secret: body.secret },
    })
    expect(shown.body).toMatchObject({ purpose: 'set_password', name: 'root' })
    const redeemed = await ask<SessionView>(`${server.url}/api/v1/accounts/links/redeem`, 'POST', { body })
    expect(redeemed.body.user).toMatchObject({ name: 'root', hasSecondFactor: false })
  })
})
