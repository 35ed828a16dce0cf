import { ask, makeScimHouse, type ScimHouse, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATCH_OP } from './schema-urns.js'

let server: TestServer
let acme: ScimHouse

beforeAll(async () => {
  server = await startTestServer()
  acme = await makeScimHouse(server, 'acme', 'acme.example')
  const files = [{ path: 'README.md', content: '# private' }]
  const repo = { name: 'inner', organization: 'acme', type: 'model', private: true, files }
  const made = await acme.boss.ask('POST', '/api/repos/create', repo)
  if (made.status !== 200) throw new Error(JSON.stringify(made.body))
}, 60_000)
afterAll(() => server.stop())

const setActive = (id: string, active: boolean) =>
  acme.scim.send('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { active } }] })

/** Somebody managed, with a session and an access token. */
async function enter(name: string) {
  const userName = `${name}@acme.example`
  const made = await acme.scim.send('POST', '/Users', { userName, active: true })
  expect(made.status).toBe(201)
  const { kit, app } = server.running
  const account = await app.accounts.findAccount(kit.db, name)
  if (!account) throw new Error(`no account ${name}`)
  return { id: made.body['id'] as string, userId: account.id, ...(await credentialsOf(account.id)) }
}

/** Ways in, as a sign-on of the organisation would give. */
async function credentialsOf(userId: string) {
  const { app } = server.running
  const cookies: string[] = []
  const reply = { header: (_name: string, value: string) => void cookies.push(value) }
  const visitor = { address: '127.0.0.1', userAgent: 'test' }
  await app.accounts.access.letIn(reply as never, { userId, visitor, factors: ['sso'], isStrong: true })
  const cookie = (cookies.find((value) => value.includes('=')) ?? '').split(';')[0] ?? ''
  const set = cookies.map((value) => value.split(';')[0] ?? '').find((value) => /session/i.test(value)) ?? cookie
  const body = { name: `laptop-${cookies.length}-${userId.slice(-4)}-${Math.floor(performance.now())}`, role: 'write' }
  const token = await ask<{ secret: string }>(`${server.url}/api/v1/accounts/tokens`, 'POST', { cookie: set, body })
  if (token.status !== 200) throw new Error(`no token: ${JSON.stringify(token.body)}`)
  return { cookie: set, token: token.body.secret }
}

/** Every door of the house, with a bearer token or a session. */
async function doors({ token, cookie }: { token: string; cookie: string }): Promise<Record<string, number>> {
  const bearer = { authorization: `Bearer ${token}` }
  const basic = { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }
  const statusOf = async (method: string, path: string, options: Parameters<typeof ask>[2]) =>
    (await ask(server.url + path, method, options)).status
  const oid = 'a'.repeat(64)
  return {
    api: await statusOf('GET', '/api/models/acme/inner', { headers: bearer }),
    whoami: await statusOf('GET', '/api/whoami-v2', { headers: bearer }),
    file: await statusOf('GET', '/acme/inner/resolve/main/README.md', { headers: bearer }),
    git: await statusOf('GET', '/acme/inner.git/info/refs?service=git-upload-pack', { headers: basic }),
    lfs: await statusOf('POST', '/acme/inner.git/info/lfs/objects/batch', {
      headers: basic,
      body: { operation: 'download', transfers: ['basic'], objects: [{ oid, size: 1 }] },
    }),
    xet: await statusOf('GET', '/api/models/acme/inner/xet-read-token/main', { headers: bearer }),
    v1: await statusOf('GET', '/v1/models', { headers: bearer }),
    browser: await statusOf('GET', '/api/models/acme/inner', { cookie }),
  }
}

describe('[T5] somebody who was taken away by their organisation', () => {
  it('is refused at every door at once, and comes back with nothing but the account', async () => {
    const ada = await enter('ada')
    const before = await doors(ada)
    expect(before).toEqual({ api: 200, whoami: 200, file: 200, git: 200, lfs: 200, xet: 200, v1: 200, browser: 200 })

    expect((await setActive(ada.id, false)).body['active']).toBe(false)
    const after = await doors(ada)
    for (const [door, status] of Object.entries(after)) expect([door, status]).toEqual([door, 401])
    const suspended = await acme.view()
    expect(suspended).toMatchObject({ suspendedUsers: 1 })

    expect((await setActive(ada.id, true)).body['active']).toBe(true)
    // Sessions and tokens were revoked, not put to sleep.
    for (const status of Object.values(await doors(ada))) expect(status).toBe(401)
    expect((await doors({ ...ada, ...(await credentialsOf(ada.userId)) })).api).toBe(200)
  })

  it('also when they are deleted, and nobody gets the name', async () => {
    const bob = await enter('bob')
    expect((await acme.scim.send('DELETE', `/Users/${bob.id}`)).status).toBe(204)
    for (const status of Object.values(await doors(bob))) expect(status).toBe(401)
    const again = await acme.scim.send('POST', '/Users', { userName: 'bob@acme.example', active: true })
    expect(again.status).toBe(201)
    const account = await server.running.app.accounts.findAccount(server.running.kit.db, 'bob')
    expect(account?.id).toBe(bob.userId)
  })

  it('keeps role and groups for the day they come back', async () => {
    const eve = await enter('eve')
    await acme.newGroup('kept', { users: [{ user: 'eve', role: 'write' }] })
    await acme.boss.ask('PUT', '/api/organizations/acme/members/eve/role', { role: 'contributor' })
    await setActive(eve.id, false)
    await setActive(eve.id, true)
    const members = await acme.boss.ask<{ user: string; role: string }[]>('GET', '/api/organizations/acme/members')
    expect(members.body.find(({ user }) => user === 'eve')?.role).toBe('contributor')
    const groups = await acme.boss.ask<{ name: string; users: { name: string; role: string }[] }[]>(
      'GET',
      '/api/organizations/acme/resource-groups',
    )
    expect(groups.body.find(({ name }) => name === 'kept')?.users).toMatchObject([{ name: 'eve', role: 'write' }])
  })

  it('is not, when nobody would be left in charge, or they run the platform', async () => {
    const zoe = await enter('zoe')
    await acme.boss.ask('PUT', '/api/organizations/acme/members/zoe/role', { role: 'admin' })
    await acme.boss.ask('PUT', '/api/organizations/acme/members/acme-boss/role', { role: 'read' })
    const last = await setActive(zoe.id, false)
    expect([last.status, last.body['detail']]).toEqual([409, expect.stringContaining('at least one admin')])
    const { kit, app } = server.running
    const owner = await enter('owner-too')
    await kit.write((tx) => app.accounts.people.setDuties(tx, owner.userId, ['operator']))
    const refused = await setActive(owner.id, false)
    expect([refused.status, refused.body['detail']]).toEqual([409, expect.stringContaining('runs the platform')])
    expect((await doors(owner)).whoami).toBe(200)
    const moved = await acme.scim.send('PATCH', `/Users/${owner.id}`, {
      Operations: [{ op: 'add', path: 'emails', value: [{ value: 'taken-over@acme.example', primary: true }] }],
    })
    expect([moved.status, moved.body['detail']]).toEqual([409, expect.stringContaining('runs the platform')])
  })

  it('and what the platform suspended only the platform restores', async () => {
    const mal = await enter('mal')
    await acme.root.ask('POST', '/api/v1/accounts/admin/accounts/mal/suspend', { reason: 'for a test' })
    await setActive(mal.id, false)
    const refused = await setActive(mal.id, true)
    expect([refused.status, refused.body['detail']]).toEqual([
      409,
      expect.stringContaining('those who run the platform'),
    ])
  })
})
