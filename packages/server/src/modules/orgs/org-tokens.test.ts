import type { OrgTokenView } from '@stoa/contracts'
import { ask, createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApp, signInto } from '../oauth/oauth-app.suite.js'

interface Page {
  readonly tokens: OrgTokenView[]
  readonly cursor: string | null
}
interface Event {
  readonly action: string
  readonly target: { readonly id: string }
}

const ORG = '/api/v1/accounts/orgs/acme'
const CLOSED = '/api/models/acme/closed'

describe('[T5] tokens that reach an organisation', () => {
  let server: TestServer
  let root: Person
  let ada: Person
  let bob: Person
  let eve: Person
  const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))

  beforeAll(async () => {
    server = await startTestServer({ clock })
    root = await joinAsAdmin(server)
    ;[ada, bob, eve] = [await join(server, 'ada'), await join(server, 'bob'), await join(server, 'eve')]
    await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
    await ada.ask('POST', `${ORG}/members`, { user: 'bob', role: 'write' })
    await ada.ask('POST', '/api/repos/create', { name: 'closed', organization: 'acme', private: true })
  })
  afterAll(() => server.stop())

  const list = async (query = ''): Promise<OrgTokenView[]> =>
    (await ada.ask<Page>('GET', `${ORG}/tokens${query}`)).body.tokens
  const named = async (name: string): Promise<OrgTokenView | undefined> =>
    (await list('?limit=100')).find((token) => token.name === name)
  const status = async (token: string): Promise<number> =>
    (await ask(server.url + CLOSED, 'GET', { headers: { authorization: `Bearer ${token}` } })).status
  const scope = (name: string, type = 'org') => [{ entity: { type, name }, permissions: ['repo.content.read'] }]

  it('are shown to its admins with owner, kind, last use and network, never a secret', async () => {
    const secret = await bob.newToken({ name: 'used', role: 'read' })
    await bob.newToken({ name: 'one-repo', role: 'fineGrained', scopes: scope('ACME/closed', 'model') })
    await bob.newToken({ name: 'elsewhere', role: 'fineGrained', scopes: scope('bob', 'user') })
    await eve.newToken({ name: 'no-member', role: 'write' })
    const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': '203.0.113.9' }
    await ask(server.url + CLOSED, 'GET', { headers })
    await server.running.app.accounts.stop()
    const used = await named('used')
    expect(used).toMatchObject({
      kind: 'personal',
      role: 'read',
      owner: { name: 'bob' },
      lastUsedPrefix: '203.0.113.0/24',
      standing: 'open',
      isHeldBack: false,
    })
    expect(used?.lastUsedAt).not.toBeNull()
    expect(await named('one-repo')).toMatchObject({ role: 'fineGrained', permissions: ['repo.content.read'] })
    expect(await named('elsewhere')).toBeUndefined()
    expect(await named('no-member')).toBeUndefined()
    expect(JSON.stringify(await list())).not.toContain(secret.slice(-4))
    const own = await bob.ask<{ name: string; lastUsedPrefix: string }[]>('GET', '/api/v1/accounts/tokens')
    expect(own.body.find((token) => token.name === 'used')?.lastUsedPrefix).toBe('203.0.113.0/24')
  })

  it('come in pages', async () => {
    const all = await list('?limit=100')
    const seen: string[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null && page < 50; page++) {
      const { body }: { body: Page } = await ada.ask<Page>(
        'GET',
        `${ORG}/tokens?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      )
      seen.push(...body.tokens.map((token) => token.id))
      cursor = body.cursor
    }
    expect(seen).toEqual(all.map((token) => token.id))
    expect(seen.length).toBeGreaterThan(3)
  })

  it('wait for approval, of an app what the person let it do, of a service account nothing', async () => {
    await ada.ask('PATCH', `${ORG}/token-policy`, { needsApproval: true })
    const app = await makeApp(ada, { scopes: ['openid', 'profile', 'read-repos'] })
    const tokens = await signInto(server, bob, app, { scope: 'openid profile read-repos', orgs: 'all' })
    const path = '/api/organizations/acme/service-accounts'
    const service = await ada.ask<{ id: string }>('POST', path, { name: 'acme-ci', role: 'read' })
    const made = { name: 'ci', permissions: ['repo.content.read'] }
    const ci = await ada.ask<{ token: string }>('POST', `${path}/${service.body.id}/tokens`, made)
    expect(await status(ci.body.token)).toBe(200)
    expect(await status(tokens.access_token ?? '')).toBe(403)
    const waiting = (await list('?standing=pending&limit=100')).find((token) => token.kind === 'app')
    expect(waiting).toMatchObject({ owner: { name: 'bob' }, permissions: ['repo.content.read'], isHeldBack: true })
    expect((await list('?standing=open')).map((token) => token.kind)).toEqual(['service'])
    expect((await ada.ask('POST', `${ORG}/tokens/${waiting?.id}/approve`)).status).toBe(204)
    expect(await status(tokens.access_token ?? '')).toBe(200)
    // What the app may do became more: somebody has to look again.
    await signInto(server, bob, app, { scope: 'openid profile read-repos', orgs: [] })
    await signInto(server, bob, app, { scope: 'openid profile read-repos', orgs: 'all' })
    expect(await status(tokens.access_token ?? '')).toBe(403)
  })

  it('tell their owner what they wait for', async () => {
    await bob.newToken({ name: 'told', role: 'write' })
    const { body } = await bob.ask<{ name: string; heldBackBy: object[] }[]>('GET', '/api/v1/accounts/tokens')
    expect(body.find((token) => token.name === 'told')?.heldBackBy).toEqual([{ org: 'acme', why: 'token-policy' }])
    expect(body.find((token) => token.name === 'elsewhere')?.heldBackBy).toEqual([])
  })

  it('leave events in the chain of the organisation', async () => {
    const { body } = await ada.ask<{ events: Event[] }>('GET', '/api/v1/trust/audit/events?chain=acme&limit=100')
    const actions = new Set(body.events.map((event) => event.action))
    for (const verb of ['enable', 'request', 'approve']) expect([...actions]).toContain(`org.token_approval.${verb}`)
  })

  it('are forgotten with the membership: whoever comes back waits again', async () => {
    const secret = await bob.newToken({ name: 'back', role: 'read' })
    await ada.ask('POST', `${ORG}/tokens/${(await named('back'))?.id}/approve`)
    expect(await status(secret)).toBe(200)
    await ada.ask('DELETE', `${ORG}/members/bob`)
    expect(await status(secret)).toBe(404)
    await ada.ask('POST', `${ORG}/members`, { user: 'bob', role: 'write' })
    expect(await status(secret)).toBe(403)
  })

  it('[R1] are decided about by its admins alone, in a browser', async () => {
    const { id = '' } = (await named('used')) ?? {}
    for (const path of [`${ORG}/tokens/${id}/approve`, `${ORG}/tokens/${id}/deny`]) {
      expect((await bob.ask('POST', path)).status).toBe(403)
      expect((await eve.ask('POST', path)).status).toBe(403)
      expect((await ask(server.url + path, 'POST')).status).toBe(401)
      const byToken = await ask(server.url + path, 'POST', { headers: { authorization: `Bearer ${ada.token}` } })
      expect(byToken.status).toBe(403)
    }
    const revoke = `/api/organizations/acme/settings/tokens/${id}/revoke`
    expect((await bob.ask('POST', revoke)).status).toBe(403)
    for (const person of [bob, eve, root]) {
      expect((await person.ask('GET', `${ORG}/tokens`)).status).toBe(403)
      expect((await person.ask('PATCH', `${ORG}/token-policy`, { needsApproval: false })).status).toBe(403)
      const networks = '/api/organizations/acme/settings/network-security'
      expect((await person.ask('PATCH', networks, { ipRanges: [] })).status).toBe(403)
    }
    const stranger = await eve.newToken({ name: 'reaches', role: 'write' })
    expect(stranger).toBeTruthy()
    const eves = await eve.ask<{ id: string; name: string }[]>('GET', '/api/v1/accounts/tokens')
    const foreign = eves.body.find((token) => token.name === 'reaches')?.id
    expect((await ada.ask('POST', `${ORG}/tokens/${foreign}/approve`)).status).toBe(404)
    expect((await ada.ask('POST', `/api/organizations/acme/settings/tokens/${foreign}/revoke`)).status).toBe(404)
    expect((await ada.ask('PATCH', `/api/v1/accounts/tokens/${foreign}`, { ipRanges: [] })).status).toBe(404)
    expect(
      (await ada.ask('POST', '/api/v1/accounts/tokens', { name: 'bad', role: 'read', ipRanges: ['10.0.0.0/40'] }))
        .status,
    ).toBe(400)
  })

  it('and the owner of the platform is held to the networks of an organisation like everybody', async () => {
    await ada.ask('PATCH', `${ORG}/token-policy`, { needsApproval: false })
    const seen = () => root.ask<{ id: string }[]>('GET', '/api/models?author=acme')
    expect((await seen()).body.map((repo) => repo.id)).toEqual(['acme/closed'])
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const path = `${server.url}/api/organizations/acme/settings/network-security`
    const body = { enforceIpRestriction: true, ipRanges: ['203.0.113.0/24'] }
    expect((await ask(path, 'PATCH', { cookie: ada.cookie, headers, body })).status).toBe(200)
    expect((await seen()).body).toEqual([])
    expect((await root.ask('GET', CLOSED)).status).toBe(403)
    expect((await ask(server.url + CLOSED, 'GET', { cookie: root.cookie, headers })).status).toBe(200)
  })
})
