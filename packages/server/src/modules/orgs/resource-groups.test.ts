import type { ResourceGroupView, ServiceAccountView } from '@stoa/contracts'
import { ask, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let ada: Person
let ben: Person
let cleo: Person
let dan: Person
beforeAll(async () => {
  server = await startTestServer()
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  cleo = await join(server, 'cleo')
  dan = await join(server, 'dan')
  await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'Acme' })
  await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'ben', role: 'write' })
  await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'cleo', role: 'no_access' })
})
afterAll(() => server.stop())

const groups = '/api/organizations/acme/resource-groups'
const services = '/api/organizations/acme/service-accounts'
interface Refusal {
  readonly error: string
}

async function makeRepo(name: string, resourceGroupId?: string): Promise<void> {
  const made = await ada.ask('POST', '/api/repos/create', {
    name,
    organization: 'acme',
    private: true,
    resourceGroupId,
  })
  expect(made.status).toBe(200)
}
const statusOf = async (person: Person, path: string): Promise<number> => (await person.ask('GET', path)).status
const listed = async (person: Person): Promise<string[]> =>
  (await person.ask<{ id: string }[]>('GET', '/api/models?author=acme')).body.map((model) => model.id).sort()

describe('resource groups', () => {
  let groupId = ''

  it('are made, shown to their members, and missing to everybody else', async () => {
    const made = await ada.ask<ResourceGroupView>('POST', groups, {
      name: 'Secret',
      users: [{ user: 'cleo', role: 'write' }],
    })
    expect(made.body).toMatchObject({
      name: 'Secret',
      autoJoin: { enabled: false },
      users: [{ name: 'cleo', role: 'write' }],
    })
    groupId = made.body.id
    expect((await ada.ask<Refusal>('POST', groups, { name: 'secret' })).status).toBe(409)
    expect((await ben.ask('POST', groups, { name: 'Mine' })).status).toBe(403)
    expect((await ben.ask('GET', groups)).body).toEqual([])
    expect((await ben.ask('GET', `${groups}/${groupId}`)).status).toBe(404)
    expect((await cleo.ask<ResourceGroupView[]>('GET', groups)).body.map((group) => group.name)).toEqual(['Secret'])
    expect((await dan.ask('GET', groups)).status).toBe(403)
    expect((await ask(server.url + groups, 'GET')).status).toBe(401)
    expect(
      (await ada.ask('POST', `${groups}/${groupId}/users`, { users: [{ user: 'dan', role: 'read' }] })).status,
    ).toBe(404)
  })

  it('[M1] hide what is private in them from the rest of the organisation, at every door and in every list', async () => {
    await makeRepo('open-to-all')
    await makeRepo('kept', groupId)
    await server.settled()
    for (const path of [
      '/api/models/acme/kept',
      '/api/models/acme/kept/tree/main',
      '/acme/kept/resolve/main/.gitattributes',
    ]) {
      expect(await statusOf(ben, path), path).toBe(404)
      expect(await statusOf(cleo, path), path).toBeLessThan(400)
      expect(await statusOf(ada, path), path).toBeLessThan(400)
    }
    const [hidden, missing] = [
      await ben.ask('GET', '/api/models/acme/kept'),
      await ben.ask('GET', '/api/models/acme/none'),
    ]
    expect(hidden.body).toEqual(missing.body)
    expect(await listed(ben)).toEqual(['Acme/open-to-all'])
    expect(await listed(cleo)).toEqual(['Acme/kept'])
    expect(await listed(ada)).toEqual(['Acme/kept', 'Acme/open-to-all'])
  })

  it('give a seat without access only what their role in the group allows', async () => {
    expect((await cleo.ask('GET', '/api/models/acme/open-to-all')).status).toBe(404)
    expect((await cleo.ask('DELETE', '/api/repos/delete', { name: 'acme/kept' })).status).toBe(403)
    expect((await cleo.ask('POST', '/api/repos/create', { name: 'acme/new' })).status).toBe(403)
  })

  it('are joined by every member when they say so, and left with the organisation', async () => {
    const settings = `${groups}/${groupId}/settings`
    expect((await ada.ask('POST', settings, { autoJoin: { enabled: true } })).status).toBe(400)
    await ada.ask('POST', settings, { autoJoin: { enabled: true, role: 'read', scope: 'read' } })
    expect(await statusOf(ben, '/api/models/acme/kept')).toBe(200)
    await ada.ask('POST', settings, { autoJoin: { enabled: false } })
    expect(await statusOf(ben, '/api/models/acme/kept')).toBe(404)
    await ada.ask('DELETE', '/api/v1/accounts/orgs/acme/members/cleo')
    expect(await statusOf(cleo, '/api/models/acme/kept')).toBe(404)
    expect((await ada.ask<ResourceGroupView>('GET', `${groups}/${groupId}`)).body.users).toEqual([])
  })

  it('hold a repository once, take it in from admins only, and are removed empty', async () => {
    const path = '/api/models/acme/open-to-all/resource-group'
    expect((await ada.ask('GET', path)).body).toBeNull()
    expect((await ben.ask('POST', path, { resourceGroupId: groupId })).status).toBe(403)
    expect((await ada.ask('POST', path, { resourceGroupId: groupId })).body).toEqual({ id: groupId, name: 'Secret' })
    expect(await statusOf(ben, '/api/models/acme/open-to-all')).toBe(404)
    const { body } = await ada.ask<ResourceGroupView>('GET', `${groups}/${groupId}`)
    expect(body.resources.map((resource) => resource.name)).toEqual(['Acme/kept', 'Acme/open-to-all'])
    expect((await ada.ask('DELETE', `${groups}/${groupId}`)).status).toBe(409)
    await ada.ask('POST', path, { resourceGroupId: null })
    await ada.ask('POST', '/api/models/acme/kept/resource-group', { resourceGroupId: null })
    expect(await statusOf(ben, '/api/models/acme/kept')).toBe(200)
    expect((await ada.ask('DELETE', `${groups}/${groupId}`)).status).toBe(204)
  })
})

describe('service accounts', () => {
  it('have tokens only, do what they name, and stop at once', async () => {
    const made = await ada.ask<ServiceAccountView>('POST', services, { name: 'acme-ci', role: 'read' })
    expect(made.body).toMatchObject({ name: 'acme-ci', role: 'read', tokens: [] })
    const tokens = `${services}/${made.body.id}/tokens`
    const token = await ada.ask<{ token: string; tokenInfo: { id: string } }>('POST', tokens, {
      name: 'build',
      permissions: ['repo.content.read'],
    })
    expect(token.headers.get('cache-control')).toBe('no-store')
    const get = (secret: string, path: string) =>
      ask(server.url + path, 'GET', { headers: { authorization: `Bearer ${secret}` } })
    expect((await get(token.body.token, '/api/models/acme/kept')).status).toBe(200)
    expect((await get(token.body.token, '/api/whoami-v2')).status).toBe(200)
    const created = await ask(`${server.url}/api/repos/create`, 'POST', {
      body: { name: 'x', organization: 'acme' },
      headers: { authorization: `Bearer ${token.body.token}` },
    })
    expect(created.status).toBe(403)
    const rotated = await ada.ask<{ token: string }>('POST', `${tokens}/${token.body.tokenInfo.id}/rotate`)
    expect((await get(token.body.token, '/api/models/acme/kept')).status).toBe(401)
    expect((await get(rotated.body.token, '/api/models/acme/kept')).status).toBe(200)
    await ada.ask('DELETE', `${services}/${made.body.id}`)
    expect((await get(rotated.body.token, '/api/models/acme/kept')).status).toBe(401)
  })

  it('[C1] have tokens that work from their networks only, changed at once by admins alone', async () => {
    const made = await ada.ask<ServiceAccountView>('POST', services, { name: 'acme-near', role: 'read' })
    const tokens = `${services}/${made.body.id}/tokens`
    const office = '203.0.113.0/24'
    expect((await ada.ask('POST', tokens, { name: 'n', permissions: ['org.read'], ipRanges: ['x'] })).status).toBe(400)
    const near = await ada.ask<{ token: string; tokenInfo: { id: string; ipRanges: string[] } }>('POST', tokens, {
      ...{ name: 'office', permissions: ['repo.content.read'], ipRanges: [office, office] },
    })
    expect(near.body.tokenInfo.ipRanges).toEqual([office])
    const from = async (address: string) => {
      const headers = { authorization: `Bearer ${near.body.token}`, 'x-forwarded-for': address }
      return (await ask(`${server.url}/api/whoami-v2`, 'GET', { headers })).status
    }
    expect([await from('203.0.113.9'), await from('198.51.100.7')]).toEqual([200, 403])
    const networks = (person: Person, ipRanges: string[]) =>
      person.ask<{ ipRanges: string[]; permissions: string[] }>('PATCH', `${tokens}/${near.body.tokenInfo.id}`, {
        ipRanges,
      })
    expect((await networks(ben, [])).status).toBe(403)
    expect((await networks(ada, ['198.51.100.7'])).body).toMatchObject({ permissions: ['repo.content.read'] })
    expect([await from('203.0.113.9'), await from('198.51.100.7')]).toEqual([403, 200])
    expect((await networks(ada, [])).body.ipRanges).toEqual([])
    expect(await from('203.0.113.9')).toBe(200)
  })

  it("are no people: they do not sign in, are listed nowhere, lead nothing, and are their admins' alone", async () => {
    const made = await ada.ask<ServiceAccountView>('POST', services, { name: 'acme-bot', role: 'write' })
    expect((await ada.ask('POST', services, { name: 'acme-boss', role: 'admin' })).status).toBe(400)
    expect((await ada.ask('POST', services, { name: 'ben', role: 'read' })).status).toBe(409)
    expect((await ask(`${server.url}/api/users/acme-bot/overview`, 'GET')).status).toBe(404)
    const members = await ada.ask<{ user: string }[]>('GET', '/api/organizations/acme/members')
    expect(members.body.map((member) => member.user)).toEqual(['ada', 'ben'])
    for (const person of [ben, dan]) {
      expect((await person.ask('GET', services)).status).toBe(403)
      expect(
        (await person.ask('POST', `${services}/${made.body.id}/tokens`, { name: 'x', permissions: ['repo.write'] }))
          .status,
      ).toBe(403)
      expect((await person.ask('DELETE', `${services}/${made.body.id}`)).status).toBe(403)
    }
    const signIn = { login: 'acme-bot', password: 'correct horse battery' }
    expect((await ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', { body: signIn })).status).toBe(401)
  })
})

describe('duties of members', () => {
  it('let billing see money, nothing else, and are given by admins', async () => {
    await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'dan', role: 'no_access' })
    const path = '/api/v1/accounts/orgs/acme/members/dan/duties'
    expect((await dan.ask('GET', '/api/v1/market/wallets/acme')).status).toBe(404)
    expect((await dan.ask('PUT', path, { duties: ['billing'] })).status).toBe(403)
    expect((await ada.ask('PUT', path, { duties: ['billing'] })).body).toEqual({ user: 'dan', duties: ['billing'] })
    expect((await dan.ask('GET', '/api/v1/market/wallets/acme')).status).toBe(200)
    expect((await dan.ask('GET', '/api/models/acme/kept')).status).toBe(404)
    expect((await dan.ask('GET', services)).status).toBe(403)
  })
})
