import { addMember, createOrg, listSessions, orgMembers, orgOverview, userOverview, whoami } from '@stoa/contracts'
import { ask, join, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let ada: Person
let ben: Person
beforeAll(async () => {
  server = await startTestServer()
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  await ada.ask('POST', createOrg.path, { name: 'Acme', fullname: 'Acme GmbH' })
})
afterAll(() => server.stop())

interface Refusal {
  readonly error: { readonly code: string }
}
const members = `${createOrg.path}/acme/members`
const rolePath = (user: string): string => `/api/organizations/acme/members/${user}/role`

describe('organisations', () => {
  it('[V1] are one account among others: found in any case, shown in whoami and overviews', async () => {
    const me = await ada.client.call(whoami, {})
    expect(me.orgs).toMatchObject([{ name: 'Acme', fullname: 'Acme GmbH', roleInOrg: 'admin', type: 'org' }])
    const org = await server.client().call(orgOverview, { params: { name: 'ACME' } })
    expect(org).toMatchObject({ name: 'Acme', numUsers: 1, numModels: 0, isVerified: false })
    const user = await server.client().call(userOverview, { params: { name: 'ADA' } })
    expect(user).toMatchObject({ user: 'ada', type: 'user', orgs: [{ name: 'Acme' }] })
    expect(JSON.stringify(user)).not.toContain('email')
    expect((await ask(`${server.url}/api/users/acme/overview`, 'GET')).status).toBe(404)
    expect((await ask(`${server.url}/api/organizations/ada/overview`, 'GET')).status).toBe(404)
  })

  it('are changed by their admins only', async () => {
    const change = { fullname: 'Taken over' }
    expect((await ben.ask<Refusal>('PATCH', `${createOrg.path}/acme`, change)).body.error.code).toBe('Forbidden')
    expect((await ask(`${server.url}${createOrg.path}/acme`, 'PATCH', { body: change })).status).toBe(401)
    expect((await ben.ask<Refusal>('POST', members, { user: 'ben', role: 'admin' })).body.error.code).toBe('Forbidden')
    expect((await ben.ask('PUT', rolePath('ben'), { role: 'admin' })).status).toBe(403)
    expect((await ada.ask('PATCH', `${createOrg.path}/acme`, { defaultPrivate: true })).body).toMatchObject({
      defaultPrivate: true,
      fullname: 'Acme GmbH',
    })
    const read = await ada.newToken({ name: 'r', role: 'read' })
    const headers = { authorization: `Bearer ${read}` }
    expect(
      (await ask(`${server.url}${members}`, 'POST', { headers, body: { user: 'ben', role: 'read' } })).status,
    ).toBe(403)
  })

  it('take members in; a change of role counts at once, for tokens too', async () => {
    expect((await ada.ask('POST', members, { user: 'BEN', role: 'read' })).status).toBe(200)
    expect((await ada.ask<Refusal>('POST', members, { user: 'ben', role: 'write' })).body.error.code).toBe('Conflict')
    expect((await ada.ask('POST', members, { user: 'nobody', role: 'read' })).status).toBe(404)
    expect((await ben.client.call(whoami, {})).orgs[0]?.roleInOrg).toBe('read')
    expect((await ada.ask('PUT', rolePath('ben'), { role: 'write' })).status).toBe(200)
    expect((await ben.client.call(whoami, {})).orgs[0]?.roleInOrg).toBe('write')
    const listed = await ada.client.call(orgMembers, { params: { name: 'acme' } })
    expect(listed).toMatchObject([
      { user: 'ada', role: 'admin' },
      { user: 'ben', role: 'write' },
    ])
  })

  it('tell roles to members only, and page by name', async () => {
    const strangers = await server.client().call(orgMembers, { params: { name: 'acme' } })
    expect(strangers.map((member) => member.role)).toEqual([undefined, undefined])
    const first = await ask<{ user: string }[]>(`${server.url}/api/organizations/acme/members?limit=1`, 'GET')
    expect(first.body.map((member) => member.user)).toEqual(['ada'])
    const next = /^<(http[^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await ask<{ user: string }[]>(next, 'GET')
    expect(second.body.map((member) => member.user)).toEqual(['ben'])
    expect(second.headers.get('link')).toBeNull()
    const found = await server.client().call(orgMembers, { params: { name: 'acme' }, query: { search: 'BE' } })
    expect(found.map((member) => member.user)).toEqual(['ben'])
  })

  it('keep an admin; everybody else may leave', async () => {
    expect((await ada.ask<Refusal>('DELETE', `${members}/ada`)).body.error.code).toBe('LastAdmin')
    expect((await ada.ask('PUT', rolePath('ada'), { role: 'read' })).status).toBe(409)
    expect((await ben.ask('DELETE', `${members}/ada`)).status).toBe(403)
    expect((await ben.ask('DELETE', `${members}/ben`)).status).toBe(204)
    expect((await ben.client.call(whoami, {})).orgs).toEqual([])
    expect((await ada.ask('DELETE', `${members}/ben`)).status).toBe(404)
    expect((await ada.ask('PUT', rolePath('ben'), { role: 'read' })).status).toBe(404)
  })

  it('keep one admin when two leave at the same moment', async () => {
    const org = `${createOrg.path}/pair-org`
    await ada.ask('POST', createOrg.path, { name: 'pair-org' })
    await ada.ask('POST', `${org}/members`, { user: 'ben', role: 'admin' })
    const left = await Promise.all([ada.ask('DELETE', `${org}/members/ada`), ben.ask('DELETE', `${org}/members/ben`)])
    expect(left.map((answer) => answer.status).sort()).toEqual([204, 409])
  })
})

describe('my own account', () => {
  it('shows and changes the profile, and refuses addresses that are not pages', async () => {
    const changed = await ada.ask('PATCH', '/api/v1/accounts/profile', {
      fullname: 'Ada L.',
      website: 'https://ada.example',
    })
    expect(changed.body).toMatchObject({ fullname: 'Ada L.', website: 'https://ada.example', email: null })
    for (const website of ['javascript:alert(1)', 'data:text/html,x', 'nonsense']) {
      expect((await ada.ask('PATCH', '/api/v1/accounts/profile', { website })).status).toBe(400)
    }
    // An address counts once a letter was answered: it is no field of the profile.
    expect((await ada.ask('PATCH', '/api/v1/accounts/profile', { email: 'ada@example.org' })).status).toBe(400)
  })

  it('lists where I am signed in, ends a session of mine and no other, and ends all with a new password', async () => {
    const second = await ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', {
      body: { login: 'ada', password: TEST_PASSWORD },
      headers: { 'user-agent': 'a second browser' },
    })
    const mine = await ada.ask<{ id: string; isCurrent: boolean; userAgent: string }[]>('GET', listSessions.path)
    expect(mine.body).toHaveLength(2)
    const other = mine.body.find((one) => !one.isCurrent)
    expect(other?.userAgent).toBe('a second browser')
    expect((await ben.ask('DELETE', `${listSessions.path}/${other?.id}`)).status).toBe(404)
    const wrong = await ada.ask<Refusal>('POST', '/api/v1/accounts/password', {
      current: 'wrong',
      next: 'a new good password',
    })
    expect(wrong.body.error.code).toBe('WrongPassword')
    const right = { current: TEST_PASSWORD, next: 'a new good password' }
    const { status, cookie } = await ada.ask('POST', '/api/v1/accounts/password', right)
    expect(status).toBe(204)
    expect((await ask(`${server.url}${listSessions.path}`, 'GET', { cookie: ada.cookie })).status).toBe(401)
    expect((await ask(`${server.url}${listSessions.path}`, 'GET', { cookie: second.cookie })).status).toBe(401)
    expect((await ask<object[]>(`${server.url}${listSessions.path}`, 'GET', { cookie })).body).toHaveLength(1)
  })

  it('has a picture that cannot run anything', async () => {
    const answer = await ask<string>(`${server.url}/avatars/${ada.id}.svg`, 'GET')
    expect(answer.headers.get('content-type')).toContain('image/svg+xml')
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'")
    expect((await ask(`${server.url}/avatars/..%2f..%2fetc.svg`, 'GET')).status).toBeGreaterThanOrEqual(400)
    expect((await ask(`${server.url}/api/users/ada/avatar`, 'GET')).body).toEqual({
      avatarUrl: `/avatars/${ada.id}.svg`,
    })
    const redirect = await ask(`${server.url}/api/organizations/acme/avatar?redirect`, 'GET')
    expect(redirect.status).toBe(302)
  })
})

it('no route of the module answers an anonymous write', async () => {
  expect(
    (await ask(server.url + addMember.path.replace(':name', 'acme'), 'POST', { body: { user: 'ben', role: 'read' } }))
      .status,
  ).toBe(401)
  expect((await ask(server.url + createOrg.path, 'POST', { body: { name: 'anon-org' } })).status).toBe(401)
  expect((await ask(`${server.url}/api/v1/accounts/profile`, 'GET')).status).toBe(401)
})
