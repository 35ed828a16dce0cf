import { commit } from '@huggingface/hub'
import {
  type Answer,
  ask,
  createTestClock,
  join,
  openXet,
  type PackedFile,
  packFile,
  type Person,
  sendPacked,
  startTestServer,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Doors, expectOpen, expectShut, openDoors, weights } from './doors.suite.js'

const OFFICE = '203.0.113.9'
const CAFE = '198.51.100.7'
const ID = 'acme/closed'
const DAY_MS = 24 * 3_600_000

describe('[R1] [T5] what an organisation asks of tokens, and what a token is bound to, holds at every door', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  let packed: PackedFile
  let from = OFFICE
  const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
  const standing = { from: () => from }

  beforeAll(async () => {
    packed = await packFile(Buffer.concat([weights, weights]))
    server = await startTestServer({ clock })
    ;[ada, bob] = [await join(server, 'ada'), await join(server, 'bob')]
    await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme', fullname: 'Acme' })
    await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'bob', role: 'write' })
    await ada.ask('POST', '/api/repos/create', { name: 'closed', organization: 'acme', private: true })
    const operations = [{ operation: 'addOrUpdate' as const, path: 'lfs.safetensors', content: new Blob([weights]) }]
    const repo = { type: 'model' as const, name: ID }
    await commit({ hubUrl: server.url, accessToken: ada.token, repo, title: 'x', useXet: false, operations })
    await sendPacked(await openXet(server.url, ada.token, `models/${ID}`), packed)
    const file = { path: 'xet.safetensors', algo: 'sha256', oid: packed.sha256, size: packed.content.length }
    const lines = [
      { key: 'header', value: { summary: 'x' } },
      { key: 'lfsFile', value: file },
    ]
    await fetch(`${server.url}/api/models/${ID}/commit/main`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  })
  afterAll(() => server.stop())

  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'x-forwarded-for': from })
  const code = (answer: Answer<unknown>) => answer.headers.get('x-error-code')
  /** The door of inference: paid by the organisation, a model that is not there. */
  const call = (token: string, billTo?: string) =>
    ask<{ error: { message: string } }>(`${server.url}/v1/chat/completions`, 'POST', {
      headers: { ...bearer(token), ...(billTo ? { 'x-hf-bill-to': billTo } : {}) },
      body: { model: 'nobody/nothing', messages: [{ role: 'user', content: 'x' }] },
    })
  const tokenId = async (person: Person, name: string): Promise<string> => {
    const { body } = await person.ask<{ id: string; name: string }[]>('GET', '/api/v1/accounts/tokens')
    return body.find((token) => token.name === name)?.id ?? ''
  }
  const makeToken = async (name: string, more: object = {}): Promise<string> => {
    const { body } = await bob.ask<{ secret: string }>('POST', '/api/v1/accounts/tokens', {
      name,
      role: 'write',
      ...more,
    })
    return body.secret
  }
  const openAs = async (token: string): Promise<Doors> => {
    from = OFFICE
    const doors = await openDoors(server, packed, ID, { token, ...standing })
    const inference = async () =>
      (await call(token, 'acme')).status === 404 ? 200 : (await call(token, 'acme')).status
    return { ...doors, inference }
  }

  it('networks of a token: from elsewhere it opens nothing, not even what is public, and says why', async () => {
    const token = await makeToken('office', { ipRanges: ['203.0.113.0/24', '2001:db8::/32'] })
    const doors = await openAs(token)
    await expectOpen(doors, ID)
    from = CAFE
    await expectShut(doors, ID)
    const refused = await ask(`${server.url}/api/whoami-v2`, 'GET', { headers: bearer(token) })
    expect([refused.status, code(refused)]).toEqual([403, 'AddressNotAllowed'])
    expect((await call(token)).status).toBe(403)
    from = '2001:db8:7::1'
    expect((await ask(`${server.url}/api/whoami-v2`, 'GET', { headers: bearer(token) })).status).toBe(200)
    from = CAFE
    const id = await tokenId(bob, 'office')
    await bob.ask('PATCH', `/api/v1/accounts/tokens/${id}`, { ipRanges: [] })
    await expectOpen(doors, ID)
  })

  it('networks of an organisation: no credential reaches what is not public from elsewhere, a session neither', async () => {
    const doors = await openAs(bob.token)
    const path = '/api/organizations/acme/settings/network-security'
    const shutOut = await ada.ask('PATCH', path, { enforceIpRestriction: true, ipRanges: ['203.0.113.0/24'] })
    expect(shutOut.status).toBe(409)
    const here = { cookie: ada.cookie, headers: { 'x-forwarded-for': OFFICE } }
    const set = (body: object) => ask(server.url + path, 'PATCH', { ...here, body })
    expect((await set({ enforceIpRestriction: true, ipRanges: ['203.0.113.0/24'] })).status).toBe(200)
    await expectOpen(doors, ID)
    from = CAFE
    await expectShut(doors, ID)
    const page = await ask(`${server.url}/api/models/${ID}`, 'GET', {
      cookie: ada.cookie,
      headers: { 'x-forwarded-for': CAFE },
    })
    expect([page.status, code(page)]).toEqual([403, 'AddressNotAllowed'])
    const missing = await ask(`${server.url}/api/models/acme/missing`, 'GET', { headers: bearer(bob.token) })
    const hidden = await ask(`${server.url}/api/models/${ID}`, 'GET', { headers: bearer(bob.token) })
    expect([missing.status, missing.body]).toEqual([hidden.status, hidden.body])
    const list = await ask<unknown[]>(`${server.url}/api/models?author=acme`, 'GET', { headers: bearer(bob.token) })
    expect(list.body).toEqual([])
    const who = await ask<{ orgs: object[] }>(`${server.url}/api/whoami-v2`, 'GET', { headers: bearer(bob.token) })
    expect(who.body.orgs).toMatchObject([{ name: 'acme', roleInOrg: 'no_access', securityRestrictions: ['ip'] }])
    expect((await ada.ask('PATCH', path, { enforceIpRestriction: false })).status).toBe(403)
    expect((await set({ enforceIpRestriction: false })).status).toBe(200)
    await expectOpen(doors, ID)
  })

  it('approval: a token that waits reaches nothing, one that is approved does, one that is denied or revoked does not', async () => {
    const token = await makeToken('asks')
    const doors = await openAs(token)
    const policy = '/api/v1/accounts/orgs/acme/token-policy'
    expect((await ada.ask('PATCH', policy, { needsApproval: true })).status).toBe(200)
    await expectShut(doors, ID)
    const refused = await ask(`${server.url}/api/models/${ID}`, 'GET', { headers: bearer(token) })
    expect([refused.status, code(refused)]).toEqual([403, 'TokenNotAccepted'])
    const id = await tokenId(bob, 'asks')
    const decide = (verb: string) => ada.ask('POST', `/api/v1/accounts/orgs/acme/tokens/${id}/${verb}`)
    expect((await decide('approve')).status).toBe(204)
    await expectOpen(doors, ID)
    expect((await decide('deny')).status).toBe(204)
    await expectShut(doors, ID)
    await decide('approve')
    await expectOpen(doors, ID)
    expect((await ada.ask('POST', `/api/organizations/acme/settings/tokens/${id}/revoke`)).status).toBe(204)
    await expectShut(doors, ID)
    await ada.ask('PATCH', policy, { needsApproval: false })
    await expectShut(doors, ID)
    expect((await ask(`${server.url}/api/whoami-v2`, 'GET', { headers: bearer(token) })).status).toBe(200)
  })

  it('kinds and age: tokens of other kinds, and those that are too old, reach nothing', async () => {
    const token = await makeToken('ages')
    const doors = await openAs(token)
    const policy = '/api/v1/accounts/orgs/acme/token-policy'
    await ada.ask('PATCH', policy, { kinds: ['fineGrained'] })
    await expectShut(doors, ID)
    const scopes = [{ entity: { type: 'org', name: 'acme' }, permissions: ['repo.content.read'] }]
    const fine = await makeToken('fine', { role: 'fineGrained', scopes })
    const tree = (secret: string) => ask(`${server.url}/api/models/${ID}/tree/main`, 'GET', { headers: bearer(secret) })
    expect((await tree(fine)).status).toBe(200)
    await ada.ask('PATCH', policy, { kinds: ['read', 'write', 'fineGrained'], maxAgeDays: 7 })
    await expectOpen(doors, ID)
    clock.advanceMs(8 * DAY_MS)
    expect((await tree(token)).status).toBe(403)
    expect((await tree(await makeToken('young'))).status).toBe(200)
    await ada.ask('PATCH', policy, { maxAgeDays: null })
    expect((await tree(token)).status).toBe(200)
  })
})
