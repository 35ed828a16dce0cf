import { commit } from '@huggingface/hub'
import type { ConnectionView } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  join,
  makeScimHouse,
  openXet,
  type PackedFile,
  packFile,
  type ScimHouse,
  sendPacked,
  type Slapd,
  startSlapd,
  startTestServer,
  TestProvider,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './modules/federation/sso/browser.suite.js'
import { type Doors, openDoors, statusesOf, weights } from './modules/repos/doors.suite.js'
import { type SecondNode, startSecondNode } from './second-node.suite.js'

/** What is promised to other nodes, and what the doors need of it. */
const PROMISED_MS = 60_000
const NEEDED_MS = 20_001
const ID = 'acme/inner'

const clock = createTestClock(new Date())
const provider = new TestProvider()
const slapd = await startSlapd()
let server: TestServer
let second: SecondNode
let acme: ScimHouse
let connection: ConnectionView
let packed: PackedFile

beforeAll(async () => {
  packed = await packFile(Buffer.concat([weights, weights]))
  await provider.open()
  server = await startTestServer({ clock, env: { STOA_INNER_HOSTS: '127.0.0.1' } })
  second = await startSecondNode(server.running.kit)
  acme = await makeScimHouse(server, 'acme', 'acme.example')
  const made = await acme.boss.ask<ConnectionView>('POST', '/api/v1/accounts/orgs/acme/sign-on/connections', {
    name: 'Acme',
    oidc: { issuer: provider.url, clientId: 'stoa' },
    clientSecret: provider.clientSecret,
  })
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  connection = made.body
  await makeRepo()
}, 120_000)
afterAll(async () => {
  await second.stop()
  await server.stop()
  await slapd?.stop()
  provider.close()
})

/** A private repository with a file in LFS and one in the Xet store. */
async function makeRepo(): Promise<void> {
  const { boss } = acme
  const made = await boss.ask('POST', '/api/repos/create', { name: 'inner', organization: 'acme', private: true })
  expect(made.status).toBe(200)
  const content = { operation: 'addOrUpdate' as const, path: 'lfs.safetensors', content: new Blob([weights]) }
  const repo = { type: 'model' as const, name: ID }
  await commit({ hubUrl: server.url, accessToken: boss.token, repo, title: 'x', useXet: false, operations: [content] })
  await sendPacked(await openXet(server.url, boss.token, `models/${ID}`), packed)
  const file = { path: 'xet.safetensors', algo: 'sha256', oid: packed.sha256, size: packed.content.length }
  const lines = [
    { key: 'header', value: { summary: 'x' } },
    { key: 'lfsFile', value: file },
  ]
  const answer = await fetch(`${server.url}/api/models/${ID}/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${boss.token}`, 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  expect(answer.status).toBe(200)
}

interface Ways {
  readonly cookie: string
  readonly token: string
}

let made = 0
async function waysOf(cookie: string): Promise<Ways> {
  const body = { name: `laptop ${made++}`, role: 'write' }
  const answer = await ask<{ secret: string }>(`${server.url}/api/v1/accounts/tokens`, 'POST', { cookie, body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return { cookie, token: answer.body.secret }
}

/** Everything a person has open at one node: what they hold, and what was signed for them there. */
async function openAt(node: { readonly url: string }, { cookie, token }: Ways): Promise<Doors> {
  const statusOf = async (path: string, options: Parameters<typeof ask>[2]) =>
    (await ask(node.url + path, 'GET', options)).status
  return {
    ...(await openDoors(node, packed, ID, { token })),
    session: () => statusOf(`/api/models/${ID}`, { cookie }),
    '/v1': () => statusOf('/v1/models', { headers: { authorization: `Bearer ${token}` } }),
  }
}

const isOpen = (status: number): boolean => status >= 200 && status < 300
async function open(doors: Doors, except: readonly string[] = []): Promise<string[]> {
  const statuses = Object.entries(await statusesOf(doors))
  return statuses.flatMap(([name, status]) => (isOpen(status) && !except.includes(name) ? [name] : []))
}

/** Takes something away on the first node and watches the doors of both. `kept` stay open: they do not reach the organisation. */
async function watch(ways: Ways, takeAway: () => Promise<unknown>, kept: readonly string[] = []): Promise<void> {
  const [here, there] = [await openAt(server, ways), await openAt(second, ways)]
  for (const doors of [here, there]) expect(await open(doors)).toEqual(Object.keys(doors))
  await takeAway()
  await server.settled()
  expect(await open(here, kept)).toEqual([])
  clock.advanceMs(NEEDED_MS)
  expect(NEEDED_MS).toBeLessThan(PROMISED_MS)
  expect(await open(there, kept)).toEqual([])
  for (const doors of [here, there]) for (const name of kept) expect(isOpen((await doors[name]?.()) ?? 0)).toBe(true)
}

async function comeBySso(claims: object): Promise<string> {
  const browser = new Browser(server.url)
  const to = await browser.start(connection.id, '/')
  const done = await browser.finish(connection.id, provider.signIn(to, { email_verified: true, ...claims }))
  expect(done.body).toMatchObject({ outcome: 'signed_in' })
  return [...browser.cookies].map((pair) => pair.join('=')).join('; ')
}

describe('[T5] what is taken away on one node ends on the other within a minute, at every door', () => {
  it('of somebody whom an identity provider deactivates by SCIM', async () => {
    const userName = 'ada@acme.example'
    const person = await acme.scim.send('POST', '/Users', { userName, active: true })
    expect(person.status).toBe(201)
    const ways = await waysOf(await comeBySso({ sub: 'ada', email: userName }))
    await acme.boss.ask('PUT', '/api/organizations/acme/members/ada/role', { role: 'write' })
    clock.advanceMs(NEEDED_MS)
    await watch(ways, async () => {
      const off = { Operations: [{ op: 'replace', value: { active: false } }] }
      expect((await acme.scim.send('PATCH', `/Users/${person.body['id']}`, off)).status).toBe(200)
    })
  })

  it.skipIf(slapd === null)('of somebody who was removed from a directory (OpenLDAP)', async () => {
    const real = slapd as Slapd
    const { base, url, caPem, admin } = real
    const settings = {
      people: { base: `ou=people,${base}`, filter: '(&(objectClass=inetOrgPerson)(uid={login}))' },
      attributes: { id: 'entryUUID', login: 'uid', email: 'mail', fullname: 'cn' },
      groups: { base: `ou=groups,${base}`, filter: '(objectClass=groupOfNames)', memberAttribute: 'member' },
      ...{ createsAccounts: true, linksByEmail: false, syncMinutes: 5, timeoutMs: 3000 },
    }
    const directory = await acme.root.ask<{ id: string }>('POST', '/api/v1/accounts/admin/directories', {
      ...{ name: 'Example', url, caPem, security: 'starttls', bindDn: admin.dn, bindPassword: admin.password },
      ...{ isEnabled: true, rules: [{ group: 'research', org: 'acme', role: 'write' }] },
      settings: { ...settings, groups: { ...settings.groups, nested: 'walk' } },
    })
    expect(directory.status, JSON.stringify(directory.body)).toBe(200)
    const signIn = (login: string) =>
      ask(`${server.url}/api/v1/accounts/sign-in`, 'POST', { body: { login, password: `pw-${login}` } })
    const ways = await waysOf((await signIn('eve')).cookie)
    await watch(ways, async () => {
      await real.modify(`dn: uid=eve,ou=people,${base}\nchangetype: delete\n`)
      const synced = await acme.root.ask('POST', `/api/v1/accounts/admin/directories/${directory.body.id}/sync`, {})
      expect(synced.body).toMatchObject({ syncResult: expect.stringContaining(' 1 suspended') })
    })
  })
})

describe('[T5] an organisation demands single sign-on', () => {
  it('and what was signed before for people who came otherwise ends with it, on every node', async () => {
    const bob = await join(server, 'old-bob')
    await acme.boss.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'old-bob', role: 'write' })
    const came = await comeBySso({ sub: 'carol', email: 'carol@acme.example' })
    await acme.boss.ask('PUT', '/api/organizations/acme/members/carol/role', { role: 'admin' })
    const demand = (enforced: boolean) =>
      ask(`${server.url}/api/v1/accounts/orgs/acme/sign-on/policy`, 'PUT', {
        cookie: came,
        body: { enforced, sessionMinutes: 60, tokenDays: 7, exempt: ['acme-boss'] },
      })
    const carols = await openAt(server, await waysOf(came))
    await watch({ cookie: bob.cookie, token: bob.token }, async () => {
      const set = await demand(true)
      expect(set.status, JSON.stringify(set.body)).toBeLessThan(300)
    }, ['/v1'])
    // Whoever came through the connection goes on with what they hold.
    expect(await open(carols)).toEqual(Object.keys(carols))
  })
})
