import type { ResourceGroupView } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  join,
  makeScimHouse,
  ownDomain,
  type ScimHouse,
  scimClient,
  startTestServer,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CORE_USER, ENTERPRISE_USER, PATCH_OP } from './schema-urns.js'

const clock = createTestClock(new Date('2026-11-21T12:00:00Z'))
let server: TestServer
let acme: ScimHouse
let other: ScimHouse

beforeAll(async () => {
  server = await startTestServer({ clock })
  acme = await makeScimHouse(server, 'acme', 'acme.example')
  other = await makeScimHouse(server, 'umbra', 'umbra.example')
}, 60_000)
afterAll(() => server.stop())

let count = 0
const person = (more: object = {}) => {
  count += 1
  const userName = `p${count}@acme.example`
  return {
    schemas: [CORE_USER],
    userName,
    active: true,
    emails: [{ value: userName, type: 'work', primary: true }],
    ...more,
  }
}
const add = async (more: object = {}, house = acme) => {
  const made = await house.scim.send('POST', '/Users', person(more))
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return made.body as { id: string; userName: string; meta: { version: string; location: string } }
}
const patchOf = (...Operations: object[]) => ({ schemas: [PATCH_OP], Operations })
const membersOf = async (house: ScimHouse) => {
  const { body } = await house.boss.ask<{ user: string; role: string }[]>(
    'GET',
    `/api/organizations/${house.org}/members`,
  )
  return new Map(body.map((one) => [one.user, one.role]))
}

describe('[R1] people by SCIM', () => {
  it('are added with an account of their own, read, found, changed, replaced and removed', async () => {
    const sent = person({
      externalId: 'E1',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      title: 'Analyst',
      [ENTERPRISE_USER]: { department: 'R' },
    })
    const made = await acme.scim.send('POST', '/Users', sent)
    expect(made.status).toBe(201)
    expect(made.headers.get('content-type')).toContain('application/scim+json')
    const { id, meta } = made.body as { id: string; meta: { location: string; version: string } }
    expect(made.headers.get('location')).toBe(meta.location)
    expect(made.headers.get('etag')).toBe(meta.version)
    expect(made.body).toMatchObject({ ...sent, schemas: [CORE_USER, ENTERPRISE_USER] })
    const name = sent.userName.split('@')[0] as string
    expect((await membersOf(acme)).get(name)).toBe('read')

    const found = await acme.scim.get(
      `/Users?filter=${encodeURIComponent(`userName eq "${sent.userName.toUpperCase()}"`)}`,
    )
    expect(found.body).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id }] })
    const changed = await acme.scim.send(
      'PATCH',
      `/Users/${id}`,
      patchOf({ op: 'Replace', path: 'name.givenName', value: 'Augusta' }),
    )
    expect(changed.body).toMatchObject({ name: { givenName: 'Augusta', familyName: 'Lovelace' }, title: 'Analyst' })
    expect((await ask<{ fullname: string }>(`${server.url}/api/users/${name}/overview`, 'GET')).body.fullname).toBe(
      'Augusta Lovelace',
    )

    const replaced = await acme.scim.send('PUT', `/Users/${id}`, {
      ...person(),
      userName: sent.userName,
      displayName: 'A. L.',
    })
    expect(replaced.body).toMatchObject({ displayName: 'A. L.', active: true })
    expect(replaced.body['title']).toBeUndefined()
    expect((await acme.scim.send('DELETE', `/Users/${id}`)).status).toBe(204)
    expect((await acme.scim.get(`/Users/${id}`)).status).toBe(404)
    expect((await membersOf(acme)).has(name)).toBe(false)
    // Coming back they have the account they had.
    const again = await acme.scim.send('POST', '/Users', {
      ...sent,
      emails: [{ value: replaced.body['emails'] ? 'x' : '' }],
    })
    expect(again.status).toBe(400)
    const emails = (replaced.body['emails'] as { value: string }[])[0]?.value
    expect((await acme.scim.send('POST', '/Users', { ...sent, emails: [{ value: emails }] })).status).toBe(201)
    expect((await membersOf(acme)).get(name)).toBe('read')
  })

  it('are refused in the words of the standard', async () => {
    const first = await add()
    const cases: [string, string, unknown, number, string | undefined][] = [
      ['POST', '/Users', person({ userName: first.userName.toUpperCase() }), 409, 'uniqueness'],
      ['POST', '/Users', { active: true }, 400, 'invalidValue'],
      ['POST', '/Users', person({ emails: [{ value: 'x@elsewhere.example' }] }), 400, 'invalidValue'],
      ['POST', '/Users', { userName: 'no-address' }, 400, 'invalidValue'],
      ['POST', '/Users', [], 400, 'invalidValue'],
      ['GET', '/Users?filter=userName%20is%20x', undefined, 400, 'invalidFilter'],
      ['GET', '/Users?startIndex=x', undefined, 400, 'invalidSyntax'],
      ['GET', '/Users/none', undefined, 404, undefined],
      ['PATCH', '/Users/none', patchOf({ op: 'add', path: 'active', value: true }), 404, undefined],
      ['PATCH', `/Users/${first.id}`, patchOf({ op: 'add', path: 'id', value: 'x' }), 400, 'mutability'],
      ['PATCH', `/Users/${first.id}`, patchOf({ op: 'replace', path: 'nothing', value: 'x' }), 400, 'invalidPath'],
      ['PATCH', `/Users/${first.id}`, {}, 400, 'invalidSyntax'],
      ['PUT', `/Users/${first.id}`, {}, 400, 'invalidValue'],
      ['DELETE', '/Users/none', undefined, 404, undefined],
    ]
    for (const [method, path, body, status, scimType] of cases) {
      const answer = await acme.scim.send(method, path, body)
      expect([method, path, answer.status, answer.body['scimType']]).toEqual([method, path, status, scimType])
      expect(answer.body).toMatchObject({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: String(status),
        detail: expect.stringMatching(/\w/) as string,
      })
    }
    const broken = await fetch(`${(await acme.view()).baseUrl}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/scim+json' },
      body: '{',
    })
    expect([broken.status, ((await broken.json()) as { scimType: string }).scimType]).toEqual([400, 'invalidSyntax'])
  })

  it('are listed by page, order and attributes', async () => {
    const names = ['zoe@acme.example', 'abe@acme.example']
    for (const userName of names) await add({ userName, title: 'sorted', emails: [{ value: userName }] })
    const filter = encodeURIComponent('title eq "sorted" and active eq true')
    const sorted = await acme.scim.get(`/Users?filter=${filter}&sortBy=userName&attributes=userName`)
    expect(sorted.body['Resources']).toEqual([
      expect.objectContaining({ userName: 'abe@acme.example' }),
      expect.objectContaining({ userName: 'zoe@acme.example' }),
    ])
    expect((sorted.body['Resources'] as object[])[0]).not.toHaveProperty('emails')
    const down = await acme.scim.get(`/Users?filter=${filter}&sortBy=userName&sortOrder=descending&count=1`)
    expect(down.body).toMatchObject({ totalResults: 2, itemsPerPage: 1, Resources: [{ userName: 'zoe@acme.example' }] })
    const second = await acme.scim.get(`/Users?filter=${filter}&sortBy=userName&startIndex=2&count=1`)
    expect(second.body).toMatchObject({ totalResults: 2, startIndex: 2, Resources: [{ userName: 'zoe@acme.example' }] })
    const none = await acme.scim.get('/Users?count=0')
    expect(none.body).toMatchObject({ itemsPerPage: 0, Resources: [] })
    expect(none.body['totalResults']).toBeGreaterThan(2)
    const low = await acme.scim.get('/Users?startIndex=-5&count=100000&excludedAttributes=emails,name')
    expect(low.body['startIndex']).toBe(1)
    expect((low.body['Resources'] as object[])[0]).not.toHaveProperty('emails')
  })

  it('keep their version', async () => {
    const { id, meta } = await add()
    expect((await acme.scim.get(`/Users/${id}`, { 'if-none-match': meta.version })).status).toBe(304)
    const rename = patchOf({ op: 'replace', path: 'displayName', value: 'X' })
    const same = await acme.scim.send('PATCH', `/Users/${id}`, rename, { 'if-match': meta.version })
    expect(same.status).toBe(200)
    expect((await acme.scim.send('PATCH', `/Users/${id}`, rename, { 'if-match': meta.version })).status).toBe(412)
    expect((await acme.scim.send('PATCH', `/Users/${id}`, rename)).body['meta']).toMatchObject({ version: 'W/"2"' })
  })
})

describe('an existing person', () => {
  it('is linked when their verified address is of the organisation, and stays their own', async () => {
    const name = 'linked-one'
    const own = await join(server, name)
    const { kit } = server.running
    const email = 'own@acme.example'
    await kit.write((tx) => server.running.app.accounts.people.update(tx, own.id, { email }))
    const refused = await acme.managed.send('POST', '/Users', person({ emails: [{ value: email }] }))
    expect([refused.status, refused.body['scimType']]).toEqual([409, 'uniqueness'])
    const made = await acme.scim.send(
      'POST',
      '/Users',
      person({ emails: [{ value: email }], displayName: 'Not theirs' }),
    )
    expect(made.status).toBe(201)
    expect((await membersOf(acme)).get(name)).toBe('read')
    expect((await own.ask<{ fullname: string }>('GET', `/api/users/${name}/overview`)).body.fullname).toBe(name)
    // Suspended there, they are themselves everywhere else.
    const id = made.body['id'] as string
    await acme.scim.send('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active: false } }))
    expect((await membersOf(acme)).has(name)).toBe(false)
    expect(
      (await ask(`${server.url}/api/whoami-v2`, 'GET', { headers: { authorization: `Bearer ${own.token}` } })).status,
    ).toBe(200)
    expect((await acme.managed.get(`/Users/${id}`)).status).toBe(404)
  })

  it('of another organisation is a conflict, and of no verified domain nothing is told', async () => {
    await ownDomain(server, other.orgId, 'shared.example')
    const mine = await other.scim.send('POST', '/Users', person({ userName: 'x@shared.example', emails: [] }))
    expect(mine.status).toBe(201)
    const asked = await acme.scim.send('POST', '/Users', person({ userName: 'x@shared.example', emails: [] }))
    const unknown = await acme.scim.send('POST', '/Users', person({ userName: 'y@shared.example', emails: [] }))
    expect(asked.status).toBe(400)
    expect(asked.body).toEqual(unknown.body)
  })
})

describe('[R1] groups by SCIM', () => {
  it('give roles and resource groups by the mapping, and take away what they gave', async () => {
    await acme.newGroup('lab')
    const mappings = [
      { group: 'Admins', role: 'admin' },
      { group: 'Writers', role: 'write' },
      { group: 'Writers', role: 'contributor', resourceGroup: 'lab' },
    ]
    const set = await acme.boss.ask('PUT', '/api/v1/accounts/orgs/acme/provisioning', {
      mappings,
      defaultRole: 'no_access',
    })
    expect(set.status).toBe(200)
    const [one, two] = [await add(), await add()]
    const nameOf = ({ userName }: { userName: string }) => userName.split('@')[0] as string
    expect((await membersOf(acme)).get(nameOf(one))).toBe('no_access')
    const group = await acme.scim.send('POST', '/Groups', {
      displayName: 'Writers',
      externalId: 'g',
      members: [{ value: one.id }],
    })
    expect(group.status).toBe(201)
    const path = `/Groups/${group.body['id'] as string}`
    await acme.scim.send('PATCH', path, patchOf({ op: 'Add', path: 'members', value: [{ value: two.id }] }))
    const inLab = async () => {
      const groups = await acme.boss.ask<ResourceGroupView[]>('GET', '/api/organizations/acme/resource-groups')
      return groups.body.find(({ name }) => name === 'lab')?.users.map(({ name, role }) => [name, role])
    }
    expect([(await membersOf(acme)).get(nameOf(one)), (await membersOf(acme)).get(nameOf(two))]).toEqual([
      'write',
      'write',
    ])
    expect(await inLab()).toEqual([one, two].map((user) => [nameOf(user), 'contributor']))
    expect((await acme.scim.get(`/Users/${one.id}`)).body['groups']).toMatchObject([{ display: 'Writers' }])

    await acme.scim.send('PATCH', path, patchOf({ op: 'Remove', path: `members[value eq "${one.id}"]` }))
    expect((await membersOf(acme)).get(nameOf(one))).toBe('no_access')
    expect(await inLab()).toEqual([[nameOf(two), 'contributor']])
    // Renamed, the group means something else.
    await acme.scim.send('PATCH', path, patchOf({ op: 'replace', value: { id: 'x', displayName: 'Admins' } }))
    expect((await membersOf(acme)).get(nameOf(two))).toBe('admin')
    expect(await inLab()).toEqual([])
    expect((await acme.scim.send('DELETE', path)).status).toBe(204)
    expect((await membersOf(acme)).get(nameOf(two))).toBe('no_access')
    await acme.boss.ask('PUT', '/api/v1/accounts/orgs/acme/provisioning', { mappings: [], defaultRole: 'read' })
  })

  it('are found, replaced and refused', async () => {
    const one = await add()
    const made = await acme.scim.send('POST', '/Groups', { displayName: 'Found' })
    const path = `/Groups/${made.body['id'] as string}`
    const filter = encodeURIComponent('displayName eq "found"')
    const found = await acme.scim.get(`/Groups?filter=${filter}&excludedAttributes=members`)
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ displayName: 'Found' }] })
    const put = await acme.scim.send('PUT', path, { displayName: 'Found', members: [{ value: one.id }] })
    expect(put.body['members']).toMatchObject([{ value: one.id, display: one.userName, type: 'User' }])
    expect(
      (await acme.scim.get(`/Groups?filter=${encodeURIComponent(`members[value eq "${one.id}"]`)}`)).body[
        'totalResults'
      ],
    ).toBe(1)
    expect((await acme.scim.send('POST', '/Groups', { displayName: 'FOUND' })).body['scimType']).toBe('uniqueness')
    const foreign = await other.scim.send('POST', '/Users', person({ userName: 'f@umbra.example', emails: [] }))
    for (const value of ['nobody', foreign.body['id']]) {
      const refused = await acme.scim.send('PUT', path, { displayName: 'Found', members: [{ value }] })
      expect([refused.status, refused.body['scimType']]).toEqual([400, 'invalidValue'])
    }
    expect((await other.scim.get(path)).status).toBe(404)
    expect((await other.scim.send('DELETE', path)).status).toBe(404)
  })

  it('cannot share a resource group that people join by themselves', async () => {
    await acme.newGroup('open', { autoJoin: { enabled: true, role: 'read' } })
    const body = { mappings: [{ group: 'X', role: 'read', resourceGroup: 'open' }] }
    expect((await acme.boss.ask('PUT', '/api/v1/accounts/orgs/acme/provisioning', body)).status).toBe(409)
  })
})

describe('[R1] who is let in', () => {
  const bare = (secret: string, org = 'acme') => scimClient(`${server.url}/api/organizations/${org}/scim/v2`, secret)

  it('only a credential of this organisation; every other answer is the same', async () => {
    const reader = await acme.boss.newToken({ name: 'admin-token', role: 'write' })
    const answers = [
      await ask(`${server.url}/api/organizations/acme/scim/v2/Users`, 'GET'),
      await bare('hf_scim_0000000000000000000000000000000000000000000000').get('/Users'),
      await bare(reader).get('/Users'),
      await bare(other.secret).get('/Users'),
      await bare(acme.secret, 'no-such-org').get('/Users'),
      await bare(acme.secret, 'umbra').get('/Users'),
      await bare(acme.secret, 'acme-boss').get('/Users'),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual(answers[0]?.body)
    }
    // And it opens nothing else.
    const elsewhere = { headers: { authorization: `Bearer ${acme.secret}` } }
    expect((await ask(`${server.url}/api/whoami-v2`, 'GET', elsewhere)).status).toBe(401)
  })

  it('rotates with an overlap, expires and is revoked at once', async () => {
    const path = '/api/v1/accounts/orgs/acme/provisioning/credentials'
    interface Made {
      readonly secret: string
      readonly credential: { readonly id: string }
    }
    const made = (await acme.boss.ask<Made>('POST', path, { name: 'brief', expiresInDays: 10 })).body
    const next = (await acme.boss.ask<Made>('POST', `${path}/${made.credential.id}/rotate`, { overlapHours: 2 })).body
    expect((await bare(made.secret).get('/Users')).status).toBe(200)
    expect((await bare(next.secret).get('/Users')).status).toBe(200)
    clock.advanceMs(3 * 3_600_000)
    expect((await bare(made.secret).get('/Users')).status).toBe(401)
    expect((await bare(next.secret).get('/Users')).status).toBe(200)
    const log = await acme.boss.ask<{ activity: { detail: string }[] }>(
      'GET',
      '/api/v1/accounts/orgs/acme/provisioning/activity',
    )
    expect(log.body.activity[0]?.detail).toContain('has expired')
    const { credentials } = await acme.view()
    expect(credentials.find(({ id }) => id === next.credential.id)?.lastUsedAt).not.toBeNull()
    await acme.boss.ask('DELETE', `${path}/${next.credential.id}`)
    expect((await bare(next.secret).get('/Users')).status).toBe(401)
    expect(JSON.stringify(credentials)).not.toContain(next.secret)
  })

  it('is set up by an admin of the organisation in a session, and by nobody else', async () => {
    const stranger = await join(server, 'stranger')
    const path = '/api/v1/accounts/orgs/acme/provisioning'
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['GET', '/activity', undefined],
      ['PUT', '', {}],
      ['POST', '/credentials', { name: 'x' }],
      ['POST', '/credentials/x/rotate', {}],
      ['DELETE', '/credentials/x', undefined],
    ] as const) {
      expect([method, rest, (await stranger.ask(method, path + rest, body)).status]).toEqual([method, rest, 403])
      expect([method, rest, (await ask(server.url + path + rest, method, body ? { body } : {})).status]).toEqual([
        method,
        rest,
        401,
      ])
    }
    const headers = { authorization: `Bearer ${acme.boss.token}` }
    const byToken = await ask(`${server.url}${path}/credentials`, 'POST', { body: { name: 'x' }, headers })
    expect(byToken.status).toBe(403)
    const mine = await acme.boss.ask<{ credential: { id: string } }>('POST', `${path}/credentials`, { name: 'mine' })
    const foreign = await other.boss.ask(
      'DELETE',
      `/api/v1/accounts/orgs/umbra/provisioning/credentials/${mine.body.credential.id}`,
    )
    expect(foreign.status).toBe(404)
  })

  it('tells what it can do', async () => {
    const config = await acme.scim.get('/ServiceProviderConfig')
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      etag: { supported: true },
    })
    expect((await acme.scim.get('/ResourceTypes')).body['totalResults']).toBe(2)
    expect((await acme.scim.get('/Schemas')).body['totalResults']).toBe(3)
    expect((await acme.scim.get(`/Schemas/${CORE_USER}`)).body['id']).toBe(CORE_USER)
    expect((await acme.scim.get('/Schemas/none')).status).toBe(404)
  })
})
