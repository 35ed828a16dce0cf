import type { ConnectionView, DirectoryFields } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  makeScimHouse,
  type ScimHouse,
  type Slapd,
  startSlapd,
  startTestServer,
  TestProvider,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Browser } from '../federation/sso/browser.suite.js'
import { letterTo } from '../signin/letters.suite.js'
import { downloadArchive, dumpRows, filesHolding, holding } from './traces.suite.js'

const DAY_MS = 24 * 3_600_000
const MINUTE_MS = 60_000
/** In everything that is said elsewhere about each of them. */
const MARKS = { sso: 'zq81sso', scim: 'zq82scim', ldap: 'zq83ldap' } as const
const clock = createTestClock(new Date())
const logged: string[] = []
const provider = new TestProvider()
const slapd = await startSlapd()
const privacy = '/api/v1/trust/privacy'

let server: TestServer
let acme: ScimHouse
let connection: ConnectionView

beforeAll(async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => logged.push(String(text)) > 0)
  await provider.open()
  const env = { STOA_INNER_HOSTS: '127.0.0.1', STOA_ROLES: 'web' }
  server = await startTestServer({ clock, env, log: 'shown' })
  acme = await makeScimHouse(server, 'acme', 'acme.example')
  const made = await acme.boss.ask<ConnectionView>('POST', '/api/v1/accounts/orgs/acme/sign-on/connections', {
    name: 'Acme',
    oidc: { issuer: provider.url, clientId: 'stoa' },
    clientSecret: provider.clientSecret,
  })
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  connection = made.body
  if (!slapd) return
  const directory = await acme.root.ask('POST', '/api/v1/accounts/admin/directories', directoryFields(slapd))
  expect(directory.status, JSON.stringify(directory.body)).toBe(200)
}, 60_000)
afterAll(async () => {
  vi.restoreAllMocks()
  await server.stop()
  await slapd?.stop()
  provider.close()
})

/** Somebody who came from elsewhere: a browser with a session that began a moment ago. */
interface Comer {
  readonly userId: string
  readonly cookie: string
}

const cookieOf = (browser: Browser): string => [...browser.cookies].map((pair) => pair.join('=')).join('; ')
async function idOf(name: string | null): Promise<string> {
  const account = await server.running.app.accounts.findAccount(server.running.kit.db, name ?? '')
  if (!account) throw new Error(`no account ${name}`)
  return account.id
}

const claimsOf = (mark: string) => ({
  sub: `subject-${mark}`,
  email: `${mark}@acme.example`,
  email_verified: true,
  name: `Ada ${mark}`,
  preferred_username: `login-${mark}`,
  groups: [`group-${mark}`],
  picture: `https://pictures.example/${mark}.png`,
})

async function comeBySso(claims: object): Promise<Comer> {
  const browser = new Browser(server.url)
  const to = await browser.start(connection.id, '/')
  const done = await browser.finish(connection.id, provider.signIn(to, { ...claims }))
  expect(done.body).toMatchObject({ outcome: 'signed_in' })
  return { userId: await idOf(await browser.whoAmI()), cookie: cookieOf(browser) }
}

/** Made, changed, put into a group, refused twice: an identity provider tells a lot of somebody. */
async function comeByScim(mark: string): Promise<Comer> {
  const person = {
    userName: `${mark}@acme.example`,
    externalId: `external-${mark}`,
    displayName: `Bob ${mark}`,
    name: { givenName: `Given ${mark}`, familyName: `Family ${mark}` },
    title: `Title ${mark}`,
    emails: [{ value: `${mark}@acme.example`, primary: true }],
    active: true,
  }
  const made = await acme.scim.send('POST', '/Users', person)
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const id = String(made.body['id'])
  const move = (op: string, path: string, value: unknown) =>
    acme.scim.send('PATCH', `/Users/${id}`, { Operations: [{ op, path, value }] })
  expect((await acme.scim.send('POST', '/Users', person)).status).toBe(409)
  await acme.scim.send('POST', '/Users', { ...person, userName: `${mark}@elsewhere.example` })
  const broken = { displayName: `Bob ${mark}`, Operations: [{ op: 'add', path: 'emails[', value: 'x' }] }
  expect((await acme.scim.send('PATCH', `/Users/${id}`, broken)).status).toBe(400)
  await acme.scim.send('GET', `/Users?filter=userName eq "${mark}@acme.example"`)
  expect((await move('replace', 'title', `Chief ${mark}`)).status).toBe(200)
  const group = await acme.scim.send('POST', '/Groups', { displayName: 'engineers', members: [{ value: id }] })
  expect(group.status).toBe(201)
  expect((await move('replace', 'active', false)).status).toBe(200)
  expect((await move('replace', 'active', true)).status).toBe(200)
  return comeBySso({ ...claimsOf(mark), sub: `scim-${mark}` })
}

const directoryFields = ({ url, base, admin, caPem }: Slapd): DirectoryFields => ({
  name: 'Example',
  ...{ url, caPem, security: 'starttls', bindDn: admin.dn, bindPassword: admin.password, isEnabled: true, rules: [] },
  settings: {
    people: { base: `ou=people,${base}`, filter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))' },
    attributes: { id: 'entryUUID', login: 'uid', email: 'mail', fullname: 'cn' },
    groups: {
      ...{ base: `ou=groups,${base}`, filter: '(objectClass=groupOfNames)', memberAttribute: 'member', nested: 'walk' },
    },
    ...{ createsAccounts: true, linksByEmail: false, syncMinutes: 5, timeoutMs: 3000 },
  },
})

async function comeByLdap(real: Slapd, mark: string): Promise<Comer> {
  await real.modify(`dn: uid=${mark},ou=people,${real.base}
changetype: add
objectClass: inetOrgPerson
uid: ${mark}
cn: Eve ${mark}
sn: ${mark}
mail: mail-${mark}@example.test
userPassword: pw-eve
`)
  const signIn = (password: string) =>
    ask<{ user: { name: string } | null }>(`${server.url}/api/v1/accounts/sign-in`, 'POST', {
      body: { login: mark, password },
    })
  expect((await signIn(`wrong-${mark}`)).status).toBe(401)
  const answer = await signIn('pw-eve')
  expect(answer.status).toBe(200)
  clock.advanceMs(6 * MINUTE_MS)
  await server.running.kit.jobs.drained()
  return { userId: await idOf(answer.body.user?.name ?? null), cookie: answer.cookie }
}

const send = <T = { error?: { code: string } }>({ cookie }: Comer, method: string, path: string, body?: unknown) =>
  ask<T>(server.url + path, method, { cookie, ...(body === undefined ? {} : { body }) })

/** A copy without a password, then the erasure, then nothing of them anywhere; the export's text. */
async function leave(comer: Comer, mark: string): Promise<string> {
  expect(holding(await dumpRows(server), mark).length).toBeGreaterThan(2)
  const asked = await send<{ link: string }>(comer, 'POST', `${privacy}/exports`, {})
  expect(asked.status, JSON.stringify(asked.body)).toBe(200)
  const { files } = await downloadArchive(server, comer, asked.body.link)

  const going = await send(comer, 'POST', `${privacy}/erasure`, { repositories: 'none' })
  expect(going.status, JSON.stringify(going.body)).toBe(200)
  clock.advanceMs(14 * DAY_MS + 1)
  await server.running.app.governance.runErasures()
  expect(logged.filter((line) => line.includes('could not be finished'))).toEqual([])
  await server.settled()
  clock.advanceMs(8 * DAY_MS)
  await server.running.kit.jobs.drained()
  expect(holding(await dumpRows(server), mark)).toEqual([])
  expect(filesHolding(server, mark)).toEqual([])
  expect(logged.filter((line) => line.includes(mark))).toEqual([])
  return Object.values(files).join('\n')
}

describe('people who came from elsewhere ask without a password', () => {
  test('when they confirmed a moment ago, else they are refused; a wrong password is none', async () => {
    const late = await comeBySso({ ...claimsOf('late'), groups: [] })
    for (const path of [`${privacy}/exports`, `${privacy}/erasure`]) {
      const body = path.endsWith('erasure') ? { repositories: 'none' } : {}
      expect((await send(late, 'POST', path, { ...body, password: 'x' })).status).toBe(401)
    }
    clock.advanceMs(16 * MINUTE_MS)
    for (const path of [`${privacy}/exports`, `${privacy}/erasure`]) {
      const body = path.endsWith('erasure') ? { repositories: 'none' } : {}
      const refused = await send(late, 'POST', path, body)
      expect([path, refused.status, refused.body.error?.code]).toEqual([path, 403, 'ConfirmationRequired'])
      const withPassword = await acme.boss.ask<{ error: { code: string } }>('POST', path, body)
      expect([path, withPassword.status, withPassword.body.error.code]).toEqual([path, 401, 'WrongPassword'])
      expect((await ask(server.url + path, 'POST', { body })).status).toBe(401)
    }
    const again = await comeBySso({ ...claimsOf('late'), groups: [] })
    expect((await send(again, 'POST', `${privacy}/exports`, {})).status).toBe(200)
  })
})

describe('somebody who has nothing but a verified address', () => {
  const codeOf = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code

  test('confirms by the link of a letter, in the session they are in; nobody else by it', async () => {
    const bea = await comeBySso({ ...claimsOf('bea'), groups: [] })
    clock.advanceMs(16 * MINUTE_MS)
    expect(codeOf(await send(bea, 'POST', `${privacy}/exports`, {}))).toBe('ConfirmationRequired')
    const path = '/api/v1/signin/confirm'
    expect((await ask(`${server.url}${path}/letter`, 'POST')).status).toBe(401)
    expect((await acme.boss.ask('POST', `${path}/letter`)).status).toBe(400)
    const written = await send<{ to: string }>(bea, 'POST', `${path}/letter`)
    expect([written.status, written.body.to]).toEqual([200, 'bea@acme.example'])
    const { secret } = await letterTo(server, 'bea@acme.example', 'confirm')
    const inspected = await ask(`${server.url}/api/v1/signin/email/links/inspect`, 'POST', { body: { secret } })
    expect(inspected.body).toMatchObject({ purpose: 'confirm', email: 'bea@acme.example' })

    const body = { method: 'letter', secret }
    expect((await ask(server.url + path, 'POST', { body })).status).toBe(401)
    const stranger = await acme.boss.ask<{ error: { code: string } }>('POST', path, body)
    expect(codeOf(stranger)).toBe('LinkInvalid')
    const reset = { secret, password: 'another horse battery' }
    expect((await ask(`${server.url}/api/v1/signin/password-reset/redeem`, 'POST', { body: reset })).status).toBe(404)
    const confirmed = await send(bea, 'POST', path, body)
    expect(confirmed.status).toBe(204)
    const here = { ...bea, cookie: confirmed.cookie }
    expect((await send(here, 'POST', `${privacy}/exports`, {})).status).toBe(200)
    expect(codeOf(await send(here, 'POST', path, body))).toBe('LinkInvalid')
  })
})

describe('[T5] an erasure leaves nothing of what was said elsewhere', () => {
  test('of somebody who signed in through an identity provider', async () => {
    const mark = MARKS.sso
    const exported = await leave(await comeBySso(claimsOf(mark)), mark)
    expect(exported).toContain(`"subject":"subject-${mark}"`)
    expect(exported).toContain('federation.identities')
    expect(exported).toContain(`${mark}@acme.example`)
  })

  test('of somebody whom an identity provider told of by SCIM', async () => {
    const mark = MARKS.scim
    const exported = await leave(await comeByScim(mark), mark)
    const told = exported.split('\n').filter((line) => line.includes('directory.provisioned_users'))
    for (const said of [`external-${mark}`, `Given ${mark}`, `Chief ${mark}`, `"userName":"${mark}@acme.example"`])
      expect(told.join('')).toContain(said)
    const list = await acme.scim.get('/Users')
    expect(JSON.stringify(list.body)).not.toContain(mark)
  })

  test.skipIf(slapd === null)('of somebody of a directory (OpenLDAP)', async () => {
    const mark = MARKS.ldap
    const real = slapd as Slapd
    const comer = await comeByLdap(real, mark)
    const exported = await leave(comer, mark)
    expect(exported).toContain(`uid=${mark},ou=people,${real.base}`)
    expect(exported).toContain(`mail-${mark}@example.test`)
    expect(exported).toContain('directory.directory_identities')
  })
})
