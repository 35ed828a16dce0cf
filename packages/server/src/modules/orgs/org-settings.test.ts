import type { listAccessRules, MemberPreview, OrgView, PlatformAccount, ResponseOf } from '@stoa/contracts'
import { ask, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let root: Person
let ada: Person
let ana: Person
let eve: Person
const org = '/api/v1/accounts/orgs/acme'
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  ana = await join(server, 'ana')
  eve = await join(server, 'eve')
  await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  await ada.ask('POST', `${org}/members`, { user: 'ana', role: 'write' })
  await ada.ask('POST', '/api/repos/create', { name: 'plan', organization: 'acme', private: true })
  await ada.ask('POST', '/api/repos/create', { name: 'open', organization: 'acme' })
})
afterAll(() => server.stop())

describe('settings of an organisation', () => {
  it('are read and changed by its admins', async () => {
    await ada.ask('PATCH', org, { details: 'Maps of stars', website: 'https://acme.example' })
    const { body } = await ada.ask<OrgView>('GET', org)
    expect(body).toMatchObject({ name: 'acme', details: 'Maps of stars', website: 'https://acme.example' })
  })

  it('[R1] are for nobody else', async () => {
    for (const who of [ana, eve]) {
      expect((await who.ask('GET', org)).status).toBe(403)
      expect((await who.ask('DELETE', org)).status).toBe(403)
      expect((await who.ask('GET', `${org}/members/ana/preview?role=read`)).status).toBe(403)
    }
    expect((await fetch(server.url + org)).status).toBe(401)
    expect((await ada.ask('GET', '/api/v1/accounts/orgs/nobody')).status).toBe(404)
    const scopes = [{ entity: { type: 'org', name: 'acme' }, permissions: ['repo.content.read'] }]
    const narrow = await ada.newToken({ name: 'narrow', role: 'fineGrained', scopes })
    const headers = { authorization: `Bearer ${narrow}` }
    expect((await fetch(server.url + org, { headers })).status).toBe(403)
  })
})

describe('what somebody will see', () => {
  const preview = async (role: string, user = 'ana') =>
    (await ada.ask<MemberPreview>('GET', `${org}/members/${user}/preview?role=${role}`)).body

  it('tells what a weaker role loses, and a first one gives', async () => {
    const seat = await preview('no_access')
    expect(seat).toMatchObject({
      roleNow: 'write',
      repos: { now: 1, after: 0, lost: [{ type: 'model', name: 'acme/plan' }], gained: [] },
    })
    expect(seat.actions.find(({ action }) => action === 'repo.create')).toMatchObject({ now: true, after: false })
    expect(await preview('read', 'eve')).toMatchObject({ roleNow: null, repos: { now: 0, after: 1 } })
    expect((await ada.ask('GET', `${org}/members/nobody/preview?role=read`)).status).toBe(404)
  })

  it('changes nothing', async () => {
    await preview('no_access')
    expect((await ana.ask('GET', '/api/models/acme/plan')).status).toBe(200)
  })
})

it('the rules are those the server decides by', async () => {
  const answer = await fetch(`${server.url}/api/v1/accounts/rules`)
  const rules = (await answer.json()) as ResponseOf<typeof listAccessRules>
  expect(rules.orgs.find(({ action }) => action === 'org.audit.read')).toEqual({
    action: 'org.audit.read',
    role: 'admin',
    duties: ['auditor'],
    platform: ['owner', 'auditor'],
  })
  expect(rules.repos.map(({ action }) => action)).toContain('repo.write')
})

describe('an organisation', () => {
  it('is deleted when it holds nothing, by a person, and its name is not given again', async () => {
    const held = await ada.ask<{ error: { message: string } }>('DELETE', org)
    expect(held.status).toBe(409)
    for (const name of ['plan', 'open']) await ada.ask('DELETE', '/api/repos/delete', { name, organization: 'acme' })
    const byToken = await fetch(server.url + org, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(byToken.status).toBe(403)
    expect([200, 204]).toContain((await ada.ask('DELETE', org)).status)
    expect((await ada.ask('GET', org)).status).toBe(404)
    expect((await eve.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })).status).toBe(409)
  })
})

describe('those who run the platform', () => {
  it('see when somebody was here last', async () => {
    await server.running.app.accounts.stop()
    const { body } = await root.ask<PlatformAccount>('GET', '/api/v1/accounts/admin/accounts/ana')
    expect(body.lastSeenAt).not.toBeNull()
  })

  it('let somebody in again who lost their password, on the record; only owners, by session', async () => {
    const path = '/api/v1/accounts/admin/accounts/ana/link'
    const body = { reason: 'lost phone' }
    expect((await eve.ask('POST', path, body)).status).toBe(403)
    const headers = { authorization: `Bearer ${root.token}` }
    expect((await ask(server.url + path, 'POST', { body, headers })).status).toBe(403)
    const { url } = (await root.ask<{ url: string }>('POST', path, body)).body
    expect(url).toContain(`${server.url}/redeem#`)
  })

  it('see every opening of an organisation', async () => {
    expect((await eve.ask('GET', '/api/v1/accounts/admin/break-glass')).status).toBe(403)
    expect((await root.ask('GET', '/api/v1/accounts/admin/break-glass')).body).toEqual({ openings: [] })
  })
})
