import { generateKeyPairSync } from 'node:crypto'
import { type ConnectionView, createConnection, type SignOnStep } from '@stoa/contracts'
import {
  createTestClock,
  join,
  joinAsAdmin,
  type Person,
  startTestServer,
  type Forgery,
  TestProvider,
  TEST_PASSWORD,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Browser, type Refused, verdict } from '../browser.suite.js'

const clock = createTestClock(new Date())
const provider = new TestProvider()
const other = new TestProvider()
let server: TestServer
let root: Person
let boss: Person
let connection: ConnectionView

const ORG = '/api/v1/accounts/orgs/acme/sign-on'
const connect = async (by: Person, body: object) =>
  by.ask<ConnectionView & Refused>('POST', createConnection.path.replace(':name', 'acme'), body)
const oidcOf = (one: TestProvider) => ({ issuer: one.url, clientId: 'stoa' })

beforeAll(async () => {
  await provider.open()
  await other.open()
  server = await startTestServer({ clock, env: { STOA_INNER_HOSTS: '127.0.0.1' } })
  root = await joinAsAdmin(server)
  boss = await join(server, 'boss')
  await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  const made = await connect(boss, { name: 'Acme', oidc: oidcOf(provider), clientSecret: provider.clientSecret })
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  connection = made.body
  const confirmed = await root.ask('POST', '/api/v1/platform/sign-on/domains', { org: 'acme', domain: 'acme.example' })
  expect(confirmed.status).toBe(200)
})
afterAll(async () => {
  await server.stop()
  provider.close()
  other.close()
})
beforeEach(() => {
  provider.forgery = {}
})

const ada = {
  sub: 'ada-1',
  email: 'ada@acme.example',
  email_verified: true,
  name: 'Ada Lovelace',
  preferred_username: 'Ada.L',
}

/** A whole sign-in of a new browser. */
async function comeIn(person: object, forgery: Forgery = {}, browser = new Browser(server.url)) {
  provider.forgery = forgery
  const to = await browser.start(connection.id, '/models')
  const done = await browser.finish(connection.id, provider.signIn(to, { ...person }))
  return { browser, done, verdict: verdict(done), to }
}

describe('[T5] sign-on by OpenID Connect', () => {
  it('sends the browser with PKCE, state and nonce, and lets a newcomer in as a member', async () => {
    const { browser, done, to } = await comeIn(ada)
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile email',
      redirect_uri: `${server.url}/sso/callback/${connection.id}`,
    })
    expect(to.searchParams.get('state')?.length).toBeGreaterThan(40)
    expect(to.searchParams.get('nonce')?.length).toBeGreaterThan(40)
    expect(done.body).toEqual({ outcome: 'signed_in', next: '/models', step: null })
    expect(await browser.whoAmI()).toBe('ada-l')
    const { body } = await browser.ask<{ user: object; orgs: object[] }>('GET', '/api/v1/accounts/session')
    expect(body).toMatchObject({
      user: { fullname: 'Ada Lovelace', email: 'ada@acme.example', emailVerified: true },
      orgs: [{ name: 'acme', role: 'read' }],
    })
    const again = await comeIn({ ...ada, email: 'other@acme.example', preferred_username: 'else' })
    expect(await again.browser.whoAmI()).toBe('ada-l')
  })

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const nowS = () => Math.floor(Date.now() / 1000)
  const FORGED: [string, () => Forgery, string][] = [
    ['an answer for another client', () => ({ claims: { aud: 'other' } }), 'oidc.claim.aud'],
    [
      'one of several audiences that was made for another',
      () => ({ claims: { aud: ['stoa', 'other'], azp: 'other' } }),
      'oidc.claim.azp',
    ],
    ['several audiences without a word for whom', () => ({ claims: { aud: ['stoa', 'other'] } }), 'oidc.claim.aud'],
    ['an expired token', () => ({ claims: { exp: nowS() - 400 } }), 'oidc.claim.exp'],
    ['a token of the future', () => ({ claims: { iat: nowS() + 4000, nbf: nowS() + 4000 } }), 'oidc.claim'],
    ['another nonce', () => ({ claims: { nonce: 'other' } }), 'oidc.claim.nonce'],
    ['no nonce', () => ({ claims: { nonce: undefined } }), 'oidc.claim.nonce'],
    ['another issuer in the token', () => ({ claims: { iss: 'https://evil.example' } }), 'oidc.claim.iss'],
    ['another issuer in the answer', () => ({ query: { iss: 'https://evil.example' } }), 'oidc.issuer'],
    ['an answer without its issuer, which the provider promised', () => ({ query: { iss: null } }), 'oidc.issuer'],
    ['a signature by another key', () => ({ key: stranger }), 'oidc.signature'],
    ['no signature', () => ({ how: 'none' }), 'oidc.signature'],
    ['the public key as a shared secret', () => ({ how: 'hmac' }), 'oidc.signature'],
    ['a key nobody shows', () => ({ header: { kid: 'unknown' } }), 'oidc.key'],
    ['no subject', () => ({ claims: { sub: undefined } }), 'oidc.claim.sub'],
    ['a refusal of the provider', () => ({ query: { error: 'access_denied', code: null } }), 'oidc.provider_error'],
    ['a refusal at its token endpoint', () => ({ tokenError: 'invalid_client' }), 'oidc.token'],
    ['no code', () => ({ query: { code: null } }), 'oidc'],
  ]
  it.each(FORGED)('refuses %s', async (_, forge, check) => {
    const { verdict: said, browser } = await comeIn(ada, forge())
    expect(said).toMatch(new RegExp(`^401 SignOnFailed ${check.replace('.', '\\.')}`))
    expect(await browser.whoAmI()).toBeNull()
  })

  it('takes an answer once, in the browser that began, for the connection that was asked, within ten minutes', async () => {
    const browser = new Browser(server.url)
    const answer = provider.signIn(await browser.start(connection.id), ada)
    expect(verdict(await new Browser(server.url).finish(connection.id, answer))).toBe('401 SignOnExpired')
    // The attempt is gone for good: whoever stole the address has not won a second try either.
    expect(verdict(await browser.finish(connection.id, answer))).toBe('401 SignOnExpired')

    const first = provider.signIn(await browser.start(connection.id), ada)
    expect(verdict(await browser.finish(connection.id, first))).toBe('200 signed_in')
    expect(verdict(await browser.finish(connection.id, first))).toBe('401 SignOnExpired')
    expect(verdict(await browser.finish(connection.id, first.replace(/state=[^&]+/, 'state=guess')))).toBe(
      '401 SignOnExpired',
    )

    const late = provider.signIn(await browser.start(connection.id), ada)
    clock.advanceMs(10 * 60_000 + 1000)
    expect(verdict(await browser.finish(connection.id, late))).toBe('401 SignOnExpired')
  })

  it('is not mixed up between two providers', async () => {
    const { body: second } = await connect(boss, {
      name: 'Other',
      oidc: oidcOf(other),
      clientSecret: other.clientSecret,
    })
    const browser = new Browser(server.url)
    const toOther = await browser.start(second.id)
    // The honest provider's answer to a request that went to the other one.
    const mixed = provider.signIn(toOther, ada)
    expect(verdict(await browser.finish(second.id, mixed))).toBe('401 SignOnFailed oidc.issuer')
    const to = await browser.start(connection.id)
    expect(verdict(await browser.finish(second.id, provider.signIn(to, ada)))).toBe('401 SignOnExpired')
    expect(other.asked.some((line) => line.startsWith('POST /token'))).toBe(false)
    await boss.ask('DELETE', `${ORG}/connections/${second.id}`)
  })

  it('refuses a start from another site, and leads nowhere but to own pages', async () => {
    const browser = new Browser(server.url)
    const path = '/api/v1/accounts/sign-on/start'
    const foreign = await browser.ask<Refused>(
      'POST',
      path,
      { connectionId: connection.id },
      { origin: 'https://evil.example' },
    )
    expect(foreign.body.error.code).toBe('CrossSiteRequest')
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
      const to = await browser.start(connection.id, next)
      expect((await browser.finish(connection.id, provider.signIn(to, ada))).body.next).toBe('/')
    }
  })

  it('makes accounts only where asked to, with free and lawful names', async () => {
    await join(server, 'grace')
    const second = await comeIn({ sub: 'g', email: 'grace@acme.example', email_verified: true })
    expect(await second.browser.whoAmI()).toBe('grace-2')
    const odd = await comeIn({
      sub: 'o',
      email: 'admin@acme.example',
      email_verified: true,
      preferred_username: 'Ærø – Ünï',
    })
    expect(await odd.browser.whoAmI()).toMatch(/^[a-z0-9-]+$/)
    await boss.ask('PATCH', `${ORG}/connections/${connection.id}`, { createsAccounts: false })
    expect((await comeIn({ sub: 'n', email: 'new@acme.example', email_verified: true })).verdict).toBe(
      '403 SignOnNoAccount',
    )
    expect((await comeIn(ada)).verdict).toBe('200 signed_in')
    await boss.ask('PATCH', `${ORG}/connections/${connection.id}`, { createsAccounts: true })
  })

  it('tests a connection step by step, and makes nothing by it', async () => {
    const browser = new Browser(server.url)
    await browser.ask('POST', '/api/v1/accounts/sign-in', { login: 'boss', password: TEST_PASSWORD })
    const test = async (person: object, forgery: Forgery = {}) => {
      provider.forgery = forgery
      const { body } = await browser.ask<{ to: string }>('POST', `${ORG}/connections/${connection.id}/test`)
      return (await browser.finish(connection.id, provider.signIn(new URL(body.to), { ...person }))).body
    }
    const good = await test({ sub: 't-1', email: 'tess@acme.example', email_verified: true, groups: ['staff'] })
    expect(good).toMatchObject({
      outcome: 'tested',
      report: { mapped: { account: 'created', name: 'tess', role: 'read', groups: ['staff'], emailIsBelieved: true } },
    })
    const checksOf = (steps: readonly SignOnStep[] = []) => steps.map(({ check, outcome }) => `${check} ${outcome}`)
    expect(checksOf(good.report?.steps)).toEqual(
      expect.arrayContaining([
        'state ok',
        'oidc.discovery ok',
        'oidc.signature ok',
        'oidc.claim.aud ok',
        'map.domain ok',
      ]),
    )
    expect(good.report?.received).toContainEqual({ name: 'groups', values: ['staff'] })
    const bad = await test(ada, { claims: { aud: 'somebody' } })
    expect(bad.report?.steps.at(-1)).toMatchObject({
      check: 'oidc.claim.aud',
      outcome: 'failed',
      expected: expect.stringContaining('stoa'),
    })
    expect(bad.report?.mapped).toBeNull()
    provider.clientSecret = 'changed'
    const refused = await test(ada)
    provider.clientSecret = 'provider-secret'
    expect(refused.report?.steps.at(-1)).toMatchObject({
      check: 'oidc.token',
      outcome: 'failed',
      seen: 'invalid_client: wrong secret',
    })
    expect((await root.ask('GET', '/api/users/tess/overview')).status).toBe(404)
    expect(await browser.whoAmI()).toBe('boss')
    // Only for whoever began it.
    const { body } = await browser.ask<{ to: string }>('POST', `${ORG}/connections/${connection.id}/test`)
    const answer = provider.signIn(new URL(body.to), ada)
    await browser.ask('POST', '/api/v1/accounts/sign-out')
    expect(verdict(await browser.finish(connection.id, answer))).toBe('401 SignOnExpired')
  })

  it('keeps the secret sealed and shows it to nobody', async () => {
    const { body } = await boss.ask('GET', ORG)
    expect(JSON.stringify(body)).not.toContain(provider.clientSecret)
    const rows = await server.running.kit.db.selectFrom('federation.connections').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(provider.clientSecret)
    const events = await boss.ask('GET', '/api/v1/trust/audit/events?chain=acme')
    expect(JSON.stringify(events.body)).not.toContain(provider.clientSecret)
  })

  it('fetches nothing from inside, whatever an admin types', async () => {
    for (const issuer of ['http://10.0.0.1', 'http://localhost:1', 'https://idp.example?x=1'])
      expect((await connect(boss, { name: issuer, oidc: { issuer, clientId: 'x' } })).status, issuer).toBe(422)
    const inner = await connect(boss, { name: 'inner', oidc: { issuer: 'https://169.254.169.254', clientId: 'x' } })
    const begun = await new Browser(server.url).ask<Refused>('POST', '/api/v1/accounts/sign-on/start', {
      connectionId: inner.body.id,
    })
    expect([begun.status, begun.body.error.detail.check]).toEqual([401, 'oidc.reach'])
    await boss.ask('DELETE', `${ORG}/connections/${inner.body.id}`)
  })
})
