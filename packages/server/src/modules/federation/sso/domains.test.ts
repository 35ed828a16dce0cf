import { createSocket, type Socket } from 'node:dgram'
import { getSignOn, type SignOnSettings } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Refused } from './browser.suite.js'

/** What the name server of this test knows. */
const records = new Map<string, string>()
let dns: Socket
let server: TestServer
let boss: Person
let rival: Person
let root: Person

/** The name of the first question of a DNS request. */
function readName(message: Buffer): string {
  const labels: string[] = []
  for (let at = 12; (message[at] ?? 0) > 0; at += (message[at] ?? 0) + 1)
    labels.push(message.subarray(at + 1, at + 1 + (message[at] ?? 0)).toString('latin1'))
  return labels.join('.').toLowerCase()
}

/** A DNS answer with one TXT record, or that there is none. */
function answerTo(message: Buffer): Buffer {
  const text = records.get(readName(message))
  const header = Buffer.from(message.subarray(0, 12))
  header.writeUInt16BE(text === undefined ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(text === undefined ? 0 : 1, 6)
  header.writeUInt16BE(0, 8)
  header.writeUInt16BE(0, 10)
  const nameEnd = message.indexOf(0, 12) + 5
  const question = message.subarray(12, nameEnd)
  if (text === undefined) return Buffer.concat([header, question])
  const data = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
  const fixed = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 1, 0, data.length])
  return Buffer.concat([header, question, fixed, data])
}

beforeAll(async () => {
  dns = createSocket('udp4', (message, { port, address }) => dns.send(answerTo(message), port, address))
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve))
  server = await startTestServer({ env: { STOA_DNS_SERVERS: `127.0.0.1:${dns.address().port}` } })
  root = await joinAsAdmin(server)
  boss = await join(server, 'boss')
  rival = await join(server, 'rival')
  await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  await rival.ask('POST', '/api/v1/accounts/orgs', { name: 'evil' })
})
afterAll(async () => {
  await server.stop()
  dns.close()
})

type Domain = SignOnSettings['domains'][number] & Refused
const at = (org: string) => `${getSignOn.path.replace(':name', org)}/domains`
const add = (by: Person, org: string, domain: string) => by.ask<Domain>('POST', at(org), { domain })
const check = (by: Person, org: string, id: string) => by.ask<Domain>('POST', `${at(org)}/${id}/check`)

describe('domains of an organisation', () => {
  it('[T5] are believed when the DNS says so, and by nothing else', async () => {
    const { body } = await add(boss, 'acme', 'Acme.Example')
    expect(body).toMatchObject({ domain: 'acme.example', verifiedAt: null, record: { name: '_stoa.acme.example' } })
    expect((await check(boss, 'acme', body.id)).body.error).toMatchObject({
      code: 'DomainNotShown',
      message: expect.stringContaining('holds no text'),
    })
    records.set('_stoa.acme.example', 'stoa-domain-verification=other')
    expect((await check(boss, 'acme', body.id)).body.error.message).toContain('holds another text')
    records.set('_stoa.acme.example', body.record.value)
    expect((await check(boss, 'acme', body.id)).body).toMatchObject({
      verifiedBy: 'dns',
      verifiedAt: expect.any(String),
    })
  })

  it('belong to one, the first that showed it', async () => {
    const { body } = await add(rival, 'evil', 'acme.example')
    expect(body.record.value).not.toBe(records.get('_stoa.acme.example'))
    records.set('_stoa.acme.example', body.record.value)
    expect((await check(rival, 'evil', body.id)).body.error.code).toBe('DomainTaken')
    const confirmed = await root.ask<Refused>('POST', '/api/v1/platform/sign-on/domains', {
      org: 'evil',
      domain: 'acme.example',
    })
    expect(confirmed.body.error.code).toBe('DomainTaken')
  })

  it('are nobody else’s to touch', async () => {
    const { body } = await boss.ask<SignOnSettings>('GET', getSignOn.path.replace(':name', 'acme'))
    const [domain] = body.domains
    expect((await check(rival, 'acme', domain?.id ?? '')).status).toBe(403)
    expect((await check(rival, 'evil', domain?.id ?? '')).status).toBe(404)
    expect((await rival.ask('DELETE', `${at('evil')}/${domain?.id}`)).status).toBe(404)
    expect((await add(rival, 'acme', 'new.example')).status).toBe(403)
    for (const wrong of ['localhost', 'a b.example', 'x'.repeat(260), '*.example.org', 'acme.example/x'])
      expect((await add(boss, 'acme', wrong)).status, wrong).toBe(400)
    const gone = await boss.ask<Refused>('DELETE', '/api/v1/accounts/orgs/acme')
    expect([gone.status, gone.body.error?.message]).toEqual([
      409,
      expect.stringContaining('sign-on connections and domains'),
    ])
  })

  it('[T5] are asked of no name server until the operator allows it', async () => {
    const closed = await startTestServer()
    try {
      const chief = await join(closed, 'chief')
      await chief.ask('POST', '/api/v1/accounts/orgs', { name: 'quiet' })
      const { body } = await add(chief, 'quiet', 'quiet.example')
      const answer = await check(chief, 'quiet', body.id)
      expect(answer.status).toBe(409)
      expect(JSON.stringify(answer.body)).toContain('STOA_DNS_SERVERS')
    } finally {
      await closed.stop()
    }
  })
})
