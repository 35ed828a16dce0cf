import { type ConnectionView, createRepo, decideDevice, showSecondFactor } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  join,
  joinAsAdmin,
  type Person,
  startTestServer,
  TestProvider,
  TEST_PASSWORD,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addTotp, totpCode } from '../../signin/signin-person.suite.js'
import { Browser, type Refused, verdict } from './browser.suite.js'

const clock = createTestClock(new Date())
const provider = new TestProvider()
let server: TestServer
let root: Person
let boss: Person
let bob: Person
let connection: ConnectionView

const ORG = '/api/v1/accounts/orgs/acme/sign-on'
const MINUTE = 60_000

beforeAll(async () => {
  await provider.open()
  server = await startTestServer({ clock, env: { STOA_INNER_HOSTS: '127.0.0.1' } })
  root = await joinAsAdmin(server)
  boss = await join(server, 'boss')
  bob = await join(server, 'bob')
  await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  await boss.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'bob', role: 'write' })
  await boss.client.call(createRepo, { body: { type: 'model', name: 'secret', organization: 'acme', private: true } })
  await boss.client.call(createRepo, { body: { type: 'model', name: 'open', organization: 'acme' } })
  const made = await boss.ask<ConnectionView>('POST', `${ORG}/connections`, {
    name: 'Acme',
    oidc: { issuer: provider.url, clientId: 'stoa' },
    clientSecret: provider.clientSecret,
  })
  connection = made.body
  await root.ask('POST', '/api/v1/platform/sign-on/domains', { org: 'acme', domain: 'acme.example' })
})
afterAll(async () => {
  await server.stop()
  provider.close()
})
beforeEach(() => {
  provider.forgery = {}
})

/** Signs in through the connection, in a browser that may be signed in already. */
async function comeIn(person: object, browser = new Browser(server.url)): Promise<{ browser: Browser; said: string }> {
  const answer = provider.signIn(await browser.start(connection.id), { ...person })
  return { browser, said: verdict(await browser.finish(connection.id, answer)) }
}

/** Connects an identity at the provider with somebody's account, after their password. */
async function link(browser: Browser, person: object, password = TEST_PASSWORD): Promise<string> {
  const begun = await browser.ask<{ to: string } & Refused>('POST', '/api/v1/accounts/sign-on/link', {
    connectionId: connection.id,
    password,
  })
  if (begun.status !== 200) return `${begun.status} ${begun.body.error.code}`
  return verdict(await browser.finish(connection.id, provider.signIn(new URL(begun.body.to), { ...person })))
}

async function passwordBrowser(login: string): Promise<Browser> {
  const browser = new Browser(server.url)
  await browser.ask('POST', '/api/v1/accounts/sign-in', { login, password: TEST_PASSWORD })
  return browser
}

const readRepo = (browser: Browser, name = 'secret') =>
  browser.ask<{ error?: string }>('GET', `/api/models/acme/${name}`)
const byToken = (token: string, path = '/api/models/acme/secret') =>
  ask<{ error: string }>(server.url + path, 'GET', { headers: { authorization: `Bearer ${token}` } })
const newToken = async (browser: Browser, name: string) =>
  (await browser.ask<{ secret: string }>('POST', '/api/v1/accounts/tokens', { name, role: 'write' })).body.secret

const closeSignUp = (mode: 'open' | 'closed') =>
  server.running.kit.write((tx) => server.running.app.accounts.settings.setSignUp(tx, { mode, domains: [] }))

const setPolicy = (browser: Browser, over: object = {}) =>
  browser.ask<Refused>('PUT', `${ORG}/policy`, {
    enforced: true,
    sessionMinutes: 60,
    tokenDays: 7,
    exempt: ['boss'],
    ...over,
  })

describe('linking an account', () => {
  it('asks for the password, and connects one identity with one account', async () => {
    const browser = await passwordBrowser('bob')
    expect(await link(browser, { sub: 'bob-1' }, 'wrong password')).toBe('401 WrongPassword')
    expect(await link(browser, { sub: 'bob-1', email: 'bob@elsewhere.example' })).toBe('200 linked')
    expect(await link(browser, { sub: 'bob-2' })).toBe('409 SignOnTaken')
    expect(await link(await passwordBrowser('boss'), { sub: 'bob-1' })).toBe('409 SignOnTaken')
    expect(await link(await passwordBrowser('boss'), { sub: 'boss-1' })).toBe('200 linked')
    const came = await comeIn({ sub: 'bob-1' })
    expect([came.said, await came.browser.whoAmI()]).toEqual(['200 signed_in', 'bob'])
    const { body } = await came.browser.ask<{ connection: object }[]>('GET', '/api/v1/accounts/sign-on/identities')
    expect(body).toMatchObject([{ connection: { name: 'Acme', org: 'acme' }, email: null }])
  })

  it('happens by address only for one that its owner verified, in a domain that was shown, vouched for by the provider', async () => {
    const victim = await join(server, 'victim')
    const set = (id: string, email: string, verified: boolean) =>
      server.running.kit.write(async (tx) => {
        const emailVerifiedAt = verified ? clock.now() : null
        await tx.updateTable('accounts.users').set({ email, emailVerifiedAt }).where('accountId', '=', id).execute()
        await server.running.kit.audit.record(tx, { chain: id, action: 'user.update', target: { type: 'user', id } })
      })
    await set(victim.id, 'victim@acme.example', false)
    // An address that nobody verified here is nobody's: a new account, not the one that claims it.
    const early = await comeIn({ sub: 'v-0', email: 'victim@acme.example', email_verified: true })
    expect(await early.browser.whoAmI()).toBe('victim-2')
    await set(victim.id, 'second@acme.example', true)
    expect((await comeIn({ sub: 'v-1', email: 'second@acme.example' })).said).toBe('409 SignOnLinkNeeded')
    const linked = await comeIn({ sub: 'v-2', email: 'Second@acme.example', email_verified: true })
    expect(await linked.browser.whoAmI()).toBe('victim')
    // Another person of the same address at the provider later on is not let into it.
    expect((await comeIn({ sub: 'v-3', email: 'second@acme.example', email_verified: true })).said).toBe(
      '409 SignOnTaken',
    )
    await set((await join(server, 'outside')).id, 'out@other.example', true)
    await set(root.id, 'root@acme.example', true)
    // No organisation lets anybody into an account that runs the platform.
    expect((await comeIn({ sub: 'v-5', email: 'root@acme.example', email_verified: true })).said).toBe(
      '409 SignOnLinkNeeded',
    )
    // Nobody learns from a provider of their own who else has an account here.
    const apart = await comeIn({ sub: 'v-4', email: 'out@other.example', email_verified: true })
    expect(await apart.browser.whoAmI()).toBe('out')
    await closeSignUp('closed')
    expect((await comeIn({ sub: 'v-6', email: 'more@other.example', email_verified: true })).said).toBe(
      '403 SignOnNoAccount',
    )
    expect((await comeIn({ sub: 'v-7', email: 'more@acme.example', email_verified: true })).said).toBe('200 signed_in')
    await closeSignUp('open')
  })
})

describe('[T5] demanding sign-on', () => {
  it('is possible only for an admin who came through, with another way in for when the provider is away', async () => {
    const browser = await passwordBrowser('boss')
    expect((await setPolicy(browser, { exempt: [] })).body.error).toMatchObject({ code: 'SignOnNotReady' })
    expect((await setPolicy(browser, { exempt: ['bob'] })).body.error.message).toContain('bob is no admin')
    expect((await setPolicy(browser)).body.error.message).toContain('Sign in through the connection yourself first')
    await comeIn({ sub: 'boss-1' }, browser)
    expect(await browser.whoAmI()).toBe('boss')
    expect((await setPolicy(await passwordBrowser('bob'))).status).toBe(403)
    expect((await setPolicy(browser)).status).toBe(200)
    const off = await browser.ask<Refused>('PATCH', `${ORG}/connections/${connection.id}`, { enabled: false })
    const gone = await browser.ask<Refused>('DELETE', `${ORG}/connections/${connection.id}`)
    expect([off.body.error.code, gone.body.error.code]).toEqual(['SignOnNotReady', 'SignOnNotReady'])
  })

  it('closes what is private at every door to sessions and tokens that came otherwise, and says so', async () => {
    const browser = await passwordBrowser('bob')
    const [secret, missing, open] = [
      await readRepo(browser),
      await readRepo(browser, 'missing'),
      await readRepo(browser, 'open'),
    ]
    expect([secret.status, secret.headers.get('x-error-code'), open.status]).toEqual([403, 'SignOnRequired', 200])
    expect(missing.body).toEqual(secret.body)
    expect(secret.body.error).toContain('/organizations/acme/sign-on')
    const hub = await byToken(bob.token)
    expect([hub.status, hub.headers.get('x-error-code')]).toEqual([403, 'SignOnRequired'])
    const git = await ask<string>(`${server.url}/acme/secret/info/refs?service=git-upload-pack`, 'GET', {
      headers: { authorization: `Basic ${Buffer.from(`bob:${bob.token}`).toString('base64')}` },
    })
    expect([git.status, String(git.body)]).toEqual([403, expect.stringContaining('its own sign-on')])
    const lfs = await ask<{ message: string }>(`${server.url}/acme/secret.git/info/lfs/objects/batch`, 'POST', {
      headers: {
        authorization: `Bearer ${bob.token}`,
        accept: 'application/vnd.git-lfs+json',
        'content-type': 'application/vnd.git-lfs+json',
      },
      body: { operation: 'download', transfers: ['basic'], objects: [{ oid: 'a'.repeat(64), size: 1 }] },
    })
    expect([lfs.status, lfs.body.message]).toEqual([403, expect.stringContaining('its own sign-on')])
    const { body: list } = await ask<{ id: string }[]>(`${server.url}/api/models?author=acme`, 'GET', {
      headers: { authorization: `Bearer ${bob.token}` },
    })
    expect(list.map(({ id }) => id)).toEqual(['acme/open'])
    const made = await bob.ask<{ error: string }>('POST', '/api/repos/create', {
      type: 'model',
      name: 'new',
      organization: 'acme',
    })
    expect(made.headers.get('x-error-code')).toBe('SignOnRequired')
    const { body: me } = await byToken(bob.token, '/api/whoami-v2')
    expect(me).toMatchObject({ orgs: [{ name: 'acme', securityRestrictions: ['sso'] }] })
    // Strangers learn nothing of it.
    const stranger = await join(server, 'stranger')
    expect((await byToken(stranger.token)).headers.get('x-error-code')).toBe('RepoNotFound')
  })

  it('opens to a session from the connection while it is fresh, and to tokens made in one', async () => {
    const browser = await passwordBrowser('bob')
    const early = await newToken(browser, 'early')
    await comeIn({ sub: 'bob-1' }, browser)
    expect((await readRepo(browser)).status).toBe(200)
    const late = await newToken(browser, 'late')
    expect([(await byToken(late)).status, (await byToken(early)).status]).toEqual([200, 403])
    clock.advanceMs(61 * MINUTE)
    expect((await readRepo(browser)).status).toBe(403)
    expect(await browser.whoAmI()).toBe('bob')
    // The token holds for the days of the policy, since its owner last came by.
    expect((await byToken(late)).status).toBe(200)
    const stale = await newToken(browser, 'stale')
    expect((await byToken(stale)).status).toBe(403)
    clock.advanceMs(8 * 24 * 60 * MINUTE)
    expect((await byToken(late)).status).toBe(403)
    await comeIn({ sub: 'bob-1' })
    clock.advanceMs(11_000)
    expect((await byToken(late)).status).toBe(200)
  })

  it('is not got round by somebody who gave the identity up', async () => {
    const browser = await passwordBrowser('bob')
    await comeIn({ sub: 'bob-1' }, browser)
    const token = await newToken(browser, 'before')
    const { body } = await browser.ask<{ id: string }[]>('GET', '/api/v1/accounts/sign-on/identities')
    expect((await browser.ask('DELETE', `/api/v1/accounts/sign-on/identities/${body[0]?.id}`)).status).toBe(204)
    expect([(await readRepo(browser)).status, (await byToken(token)).status]).toEqual([403, 403])
    await link(browser, { sub: 'bob-1' })
    expect([(await readRepo(browser)).status, (await byToken(token)).status]).toEqual([403, 403])
  })

  it('leaves the exempt admin a way in, and nobody else', async () => {
    const browser = await passwordBrowser('boss')
    expect((await readRepo(browser)).status).toBe(200)
    expect((await byToken(boss.token)).status).toBe(200)
  })

  it('ends within seconds everywhere when the person is suspended', async () => {
    const { browser } = await comeIn({
      sub: 'dora-1',
      email: 'dora@acme.example',
      email_verified: true,
      preferred_username: 'dora',
    })
    const token = await newToken(browser, 'one')
    expect([(await readRepo(browser)).status, (await byToken(token)).status]).toEqual([200, 200])
    const suspended = await root.ask('POST', '/api/v1/accounts/admin/accounts/dora/suspend', { reason: 'left' })
    expect(suspended.status, JSON.stringify(suspended.body)).toBeLessThan(300)
    clock.advanceMs(10_000)
    expect([(await readRepo(browser)).status, (await byToken(token)).status]).toEqual([401, 401])
    const git = await ask(`${server.url}/acme/secret/info/refs?service=git-upload-pack`, 'GET', {
      headers: { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    })
    expect(git.status).toBe(401)
    expect((await comeIn({ sub: 'dora-1', email: 'dora@acme.example', email_verified: true })).said).toBe(
      '403 SignOnNoAccount',
    )
  })
})

describe('[T5] what comes after a sign-on', () => {
  it('is our own second factor where the connection asks for it, and the session then comes from the connection', async () => {
    const tess = { sub: 'tess-1', email: 'tess@acme.example', email_verified: true, preferred_username: 'tess' }
    const { browser: first } = await comeIn(tess)
    const asPerson = {
      ask: async <T>(method: string, path: string, body?: unknown) => ({
        ...(await first.ask<T>(method, path, body)),
        cookie: '',
      }),
    }
    const { secret, used } = await addTotp(asPerson, clock.now().getTime())
    const browser = new Browser(server.url)
    const half = await browser.finish(connection.id, provider.signIn(await browser.start(connection.id), tess))
    expect(half.body).toMatchObject({ outcome: 'signed_in', step: { methods: expect.arrayContaining(['totp']) } })
    expect([await browser.whoAmI(), (await readRepo(browser)).status]).toEqual([null, 401])
    clock.advanceMs(60_000)
    const code = totpCode(secret, clock.now().getTime())
    expect(code).not.toBe(used)
    expect((await browser.ask('POST', showSecondFactor.path, { method: 'totp', code })).status).toBe(200)
    expect([await browser.whoAmI(), (await readRepo(browser)).status]).toEqual(['tess', 200])

    const boss2 = await passwordBrowser('boss')
    await boss2.ask('PATCH', `${ORG}/connections/${connection.id}`, { secondFactor: 'by_amr' })
    const strong = await comeIn({ ...tess, amr: ['pwd', 'mfa'] })
    expect(await strong.browser.whoAmI()).toBe('tess')
    const weak = await comeIn({ ...tess, amr: ['pwd'] })
    expect(await weak.browser.whoAmI()).toBeNull()
    await boss2.ask('PATCH', `${ORG}/connections/${connection.id}`, { secondFactor: 'ours' })
  })

  it('is what an app reaches: a program let in from a session that came otherwise stays out', async () => {
    const letIn = async (browser: Browser): Promise<number> => {
      const CLI = '26be6b09-91c5-47da-9861-d2d2bb7a7e36'
      const form = (fields: Record<string, string>) => new URLSearchParams({ client_id: CLI, ...fields })
      const { body } = await browser.ask<{ device_code: string; user_code: string }>('POST', '/oauth/device', form({}))
      const decided = await browser.ask('POST', decideDevice.path, {
        userCode: body.user_code,
        allow: true,
        orgs: 'all',
      })
      expect(decided.status).toBe(204)
      const grant = 'urn:ietf:params:oauth:grant-type:device_code'
      const got = await browser.ask<{ access_token: string }>(
        'POST',
        '/oauth/token',
        form({ grant_type: grant, device_code: body.device_code }),
      )
      return (await byToken(got.body.access_token)).status
    }
    const browser = await passwordBrowser('bob')
    expect(await letIn(browser)).toBe(403)
    await comeIn({ sub: 'bob-1' }, browser)
    expect(await letIn(browser)).toBe(200)
    expect(await letIn(await passwordBrowser('bob'))).toBe(403)
  })
})

describe('roles by groups', () => {
  const groups = (...names: string[]) => ({
    sub: 'rita-1',
    email: 'rita@acme.example',
    email_verified: true,
    preferred_username: 'rita',
    groups: names,
  })
  const roleOf = async (name: string) => {
    const { body } = await boss.ask<{ user: string; role: string }[]>(
      'GET',
      '/api/organizations/acme/members?limit=100',
    )
    return body.find(({ user }) => user === name)?.role ?? null
  }

  it('follow the provider at each sign-in, for the organisation and its resource groups', async () => {
    await boss.ask('POST', '/api/organizations/acme/resource-groups', { name: 'lab' })
    const mapping = {
      defaultRole: null,
      roles: [
        { value: 'staff', role: 'contributor' },
        { value: 'leads', role: 'write' },
      ],
      groups: [{ value: 'lab', group: 'lab', role: 'write' }],
    }
    const browser = await passwordBrowser('boss')
    const set = await browser.ask('PATCH', `${ORG}/connections/${connection.id}`, { mapping })
    expect(set.status, JSON.stringify(set.body)).toBe(200)
    expect((await comeIn(groups('guests'))).said).toBe('403 SignOnNoRole')
    expect((await comeIn(groups('/staff', 'lab'))).said).toBe('200 signed_in')
    expect(await roleOf('rita')).toBe('contributor')
    const inLab = async () =>
      JSON.stringify((await boss.ask('GET', '/api/organizations/acme/resource-groups')).body).includes('"rita"')
    expect(await inLab()).toBe(true)
    await comeIn(groups('staff', 'leads'))
    expect([await roleOf('rita'), await inLab()]).toEqual(['write', false])
    expect((await comeIn(groups())).said).toBe('403 SignOnNoRole')
    expect(await roleOf('rita')).toBeNull()
  })

  it('never take the last admin away, nor an exempt one', async () => {
    expect((await comeIn({ sub: 'boss-1', groups: ['staff'] })).said).toBe('200 signed_in')
    expect(await roleOf('boss')).toBe('admin')
  })

  it('are on the record of the organisation, with what failed', async () => {
    provider.forgery = { claims: { aud: 'other' } }
    await comeIn(groups('staff'))
    const { body } = await boss.ask('GET', '/api/v1/trust/audit/events?chain=acme&limit=100&action=org.s')
    const text = JSON.stringify(body)
    for (const action of [
      'org.sso_login',
      'org.settings.sign_on',
      'org.settings.connection_create',
      'org.settings.domain_verify',
    ])
      expect(text).toContain(`"${action}"`)
    expect(text).toContain('oidc.claim.aud')
  })
})
