import { type ConnectionView, createConnection } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTestService } from '../../../kit/test-service.js'
import { Browser, type Finished, type Seen, verdict } from './browser.suite.js'

const url = findTestService('keycloak', 'STOA_TEST_KEYCLOAK_URL')
const REALM = `stoa-${process.pid}`
const ORG = '/api/v1/accounts/orgs/acme/sign-on'
const SECRET = 'keycloak-secret'

let server: TestServer
let boss: Person

/** Keycloak's own administration. */
async function administer(method: string, path: string, body?: object): Promise<Response> {
  const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const done = await fetch(`${url}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!done.ok) throw new Error(`${method} ${path}: ${done.status} ${await done.text()}`)
  return done
}

const mapper = (protocol: string, type: string, config: object, name = type) => ({
  name,
  protocol,
  protocolMapper: type,
  config,
})

async function makeRealm(): Promise<void> {
  const person = (username: string, groups: string[]) => ({
    username,
    enabled: true,
    email: `${username}@acme.example`,
    emailVerified: true,
    firstName: username,
    lastName: 'Lovelace',
    groups,
    credentials: [{ type: 'password', value: 'pw' }],
  })
  await administer('POST', '', {
    realm: REALM,
    enabled: true,
    sslRequired: 'none',
    groups: [{ name: 'research' }],
    users: [person('ada', ['/research']), person('mary', [])],
    clients: [
      {
        clientId: 'stoa',
        protocol: 'openid-connect',
        publicClient: false,
        secret: SECRET,
        redirectUris: [`${server.url}/*`],
        protocolMappers: [
          mapper('openid-connect', 'oidc-group-membership-mapper', {
            'claim.name': 'groups',
            'full.path': 'true',
            'id.token.claim': 'true',
          }),
        ],
      },
    ],
  })
}

/** Makes Keycloak's client for a SAML connection of ours. */
async function makeSamlClient({ copy }: ConnectionView, attributes: object = {}): Promise<void> {
  await administer('POST', `/${REALM}/clients`, {
    clientId: copy.entityId,
    protocol: 'saml',
    redirectUris: [copy.acsUrl],
    attributes: {
      'saml.client.signature': 'false',
      'saml.assertion.signature': 'true',
      saml_name_id_format: 'persistent',
      ...attributes,
    },
    protocolMappers: [
      mapper('saml', 'saml-user-property-mapper', { 'user.attribute': 'email', 'attribute.name': 'email' }, 'email'),
      mapper(
        'saml',
        'saml-user-property-mapper',
        { 'user.attribute': 'username', 'attribute.name': 'username' },
        'username',
      ),
      mapper('saml', 'saml-group-membership-mapper', {
        'attribute.name': 'groups',
        'full.path': 'false',
        single: 'true',
      }),
    ],
  })
}

/** A person at Keycloak's sign-in page; what it answers to the right password. */
async function signInThere(
  to: URL,
  username: string,
  password = 'pw',
): Promise<{ location: string | null; page: string }> {
  const there = new Browser(url ?? '')
  let page = await there.ask<string>('GET', to.href)
  for (let hops = 0; page.status === 302 && hops < 5; hops += 1)
    page = await there.ask<string>('GET', page.headers.get('location') ?? '')
  const action = /action="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&')
  if (action === undefined) return { location: null, page: page.body }
  const answer = await there.ask<string>('POST', action, new URLSearchParams({ username, password }))
  return { location: answer.headers.get('location'), page: answer.body }
}

async function byOidc(
  connection: ConnectionView,
  username: string,
  browser = new Browser(server.url),
  to?: URL,
): Promise<Seen<Finished>> {
  const { location } = await signInThere(to ?? (await browser.start(connection.id)), username)
  return browser.finish(connection.id, new URL(location ?? '').search.slice(1))
}

async function bySaml(
  connection: ConnectionView,
  username: string,
  browser = new Browser(server.url),
  to?: URL,
): Promise<Seen<Finished>> {
  const { page } = await signInThere(to ?? (await browser.start(connection.id)), username)
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`, 'i').exec(page)?.[1] ?? ''
  const form = new URLSearchParams({ SAMLResponse: field('SAMLResponse'), RelayState: field('RelayState') })
  const hop = await new Browser(server.url).ask<string>('POST', `/sso/saml/${connection.id}/acs`, form, {
    origin: new URL(url ?? '').origin,
  })
  return browser.finish(connection.id, /url=[^"?]+\?([^"]+)"/.exec(hop.body)?.[1] ?? '')
}

async function connect(body: object): Promise<ConnectionView> {
  const made = await boss.ask<ConnectionView>('POST', createConnection.path.replace(':name', 'acme'), body)
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  return made.body
}

describe.skipIf(url === null)('[T5] sign-on with Keycloak', () => {
  beforeAll(async () => {
    server = await startTestServer({ env: { STOA_INNER_HOSTS: '127.0.0.1' } })
    const root = await joinAsAdmin(server)
    boss = await join(server, 'boss')
    await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
    await root.ask('POST', '/api/v1/platform/sign-on/domains', { org: 'acme', domain: 'acme.example' })
    await makeRealm()
  }, 120_000)
  afterAll(async () => {
    await administer('DELETE', `/${REALM}`)
    await server.stop()
  })
  const roles = { roles: [{ value: 'research', role: 'write' }] }

  it('lets people in by OpenID Connect, with the role of their group', async () => {
    const oidc = { issuer: `${url}/realms/${REALM}`, clientId: 'stoa' }
    const connection = await connect({ name: 'Keycloak', oidc, clientSecret: SECRET, mapping: roles })
    const browser = new Browser(server.url)
    expect(verdict(await byOidc(connection, 'ada', browser))).toBe('200 signed_in')
    const { body } = await browser.ask('GET', '/api/v1/accounts/session')
    expect(body).toMatchObject({
      user: { name: 'ada', email: 'ada@acme.example', emailVerified: true },
      orgs: [{ role: 'write' }],
    })
    const mary = new Browser(server.url)
    await byOidc(connection, 'mary', mary)
    expect((await mary.ask('GET', '/api/v1/accounts/session')).body).toMatchObject({
      user: { name: 'mary' },
      orgs: [{ role: 'read' }],
    })

    const tester = new Browser(server.url, boss.cookie)
    const test = async () => {
      const begun = await tester.ask<{ to: string }>('POST', `${ORG}/connections/${connection.id}/test`)
      return (await byOidc(connection, 'ada', tester, new URL(begun.body.to))).body.report
    }
    expect((await test())?.mapped).toMatchObject({
      account: 'known',
      name: 'ada',
      role: 'write',
      groups: ['/research'],
    })
    await boss.ask('PATCH', `${ORG}/connections/${connection.id}`, { clientSecret: 'wrong' })
    expect((await test())?.steps.at(-1)).toMatchObject({
      check: 'oidc.token',
      outcome: 'failed',
      seen: expect.stringContaining('unauthorized_client'),
    })
    await boss.ask('DELETE', `${ORG}/connections/${connection.id}`)
  }, 60_000)

  it('lets people in by SAML, set up from its metadata; a client that signs nothing is refused in words', async () => {
    const samlMetadata = await (await fetch(`${url}/realms/${REALM}/protocol/saml/descriptor`)).text()
    const connection = await connect({ name: 'Keycloak SAML', samlMetadata, mapping: roles })
    await makeSamlClient(connection)
    const browser = new Browser(server.url)
    expect(verdict(await bySaml(connection, 'ada', browser))).toBe('200 signed_in')
    const { body } = await browser.ask('GET', '/api/v1/accounts/session')
    expect(body).toMatchObject({ user: { name: 'ada' }, orgs: [{ name: 'acme', role: 'write' }] })
    expect(verdict(await bySaml(connection, 'ada'))).toBe('200 signed_in')

    const unsigned = await connect({ name: 'Unsigned', samlMetadata })
    await makeSamlClient(unsigned, { 'saml.assertion.signature': 'false', 'saml.server.signature': 'true' })
    const tester = new Browser(server.url, boss.cookie)
    const begun = await tester.ask<{ to: string }>('POST', `${ORG}/connections/${unsigned.id}/test`)
    const { report } = (await bySaml(unsigned, 'ada', tester, new URL(begun.body.to))).body
    expect(report?.steps.at(-1)).toEqual({ check: 'saml.signed', outcome: 'failed', seen: 'only the response' })
  }, 60_000)
})
