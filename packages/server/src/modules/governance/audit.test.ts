import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import * as api from '@stoa/contracts'
import { type AuditEvent, verifyAuditExport } from '@stoa/formats'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let root: Person
let ada: Person
let bob: Person
let eve: Person

beforeAll(async () => {
  server = await startTestServer({ env: { STOA_INNER_HOSTS: '127.0.0.1' } })
  root = await joinAsAdmin(server)
  ;[ada, bob, eve] = [await join(server, 'ada'), await join(server, 'bob'), await join(server, 'eve')]
  await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme', fullname: 'Acme' })
  await ada.client.call(api.addMember, { params: { name: 'acme' }, body: { user: 'bob', role: 'write' } })
  const create = { type: 'model', name: 'secret', organization: 'acme', private: true }
  expect((await ada.ask('POST', '/api/repos/create', create)).status).toBe(200)
  expect((await bob.ask('PUT', '/api/models/acme/secret/settings', { private: false })).status).toBe(403)
  expect((await ada.ask('PUT', '/api/models/acme/secret/settings', { private: false })).status).toBe(200)
})
afterAll(() => server.stop())

const search = (person: Person, query: object) =>
  person.ask<{ events: api.AuditEventView[]; next: number | null; lastSeq: number; signedToSeq: number }>(
    'GET',
    `/api/v1/trust/audit/events?${new URLSearchParams(query as Record<string, string>)}`,
  )

async function lines(text: string): Promise<AsyncIterable<string>> {
  async function* each(): AsyncGenerator<string> {
    yield* text.split('\n')
  }
  return each()
}

describe('the audit log', () => {
  test('tells what happened in an organisation, newest first, with names, before and after', async () => {
    const { body } = await search(ada, { chain: 'acme' })
    expect(body.events.map((event) => event.action)).toEqual([
      'repo.update_settings',
      'repo.create',
      'org.add_user',
      'org.add_user',
      'org.create',
    ])
    const [settings, , bobs] = body.events
    expect(settings).toMatchObject({
      actor: { type: 'user', id: ada.id, name: 'ada' },
      target: { type: 'model', name: 'acme/secret' },
      before: { visibility: 'private' },
      after: { visibility: 'public' },
      outcome: 'success',
      ipPrefix: '127.0.0.0/24',
    })
    expect(bobs).toMatchObject({ target: { type: 'user', id: bob.id, name: 'bob' }, after: { role: 'write' } })
  })

  test('is searched by actor, start of action, target, outcome and time, page by page', async () => {
    const found = async (query: object) => (await search(ada, { chain: 'acme', ...query })).body.events.length
    expect(await found({ action: 'org.' })).toBe(3)
    expect(await found({ actor: 'ada' })).toBe(5)
    expect(await found({ actor: 'nobody' })).toBe(0)
    expect(await found({ target: 'bob' })).toBe(1)
    expect(await found({ outcome: 'denied' })).toBe(0)
    expect(await found({ to: '2020-01-01T00:00:00.000Z' })).toBe(0)
    const first = (await search(ada, { chain: 'acme', limit: 2 })).body
    const second = (await search(ada, { chain: 'acme', limit: 2, cursor: String(first.next) })).body
    expect([...first.events, ...second.events].map((event) => event.seq)).toEqual([5, 4, 3, 2])
  })

  test('is for admins and auditors of the organisation; the platform has its own readers', async () => {
    expect((await search(bob, { chain: 'acme' })).status).toBe(403)
    expect((await search(eve, { chain: 'acme' })).status).toBe(403)
    expect((await search(ada, { chain: 'platform' })).status).toBe(403)
    expect((await search(ada, { chain: 'ghost' })).status).toBe(404)
    expect((await search(root, { chain: 'platform' })).status).toBe(200)
    const anonymous = await fetch(`${server.url}/api/v1/trust/audit/events?chain=acme`)
    expect(anonymous.status).toBe(401)
    for (const path of ['/api/v1/trust/audit/checkpoints?chain=acme', '/api/organizations/acme/audit-log/export']) {
      expect((await eve.ask('GET', path)).status).toBe(403)
    }
    expect((await eve.ask('POST', '/api/v1/trust/audit/exports', { chain: 'acme' })).status).toBe(403)
    expect((await ada.ask('GET', '/api/v1/trust/audit/streams')).status).toBe(403)
  })

  test('keeps changes that were refused to somebody, once a minute, and no refused reading', async () => {
    const again = { private: false }
    expect((await bob.ask('PUT', '/api/models/acme/secret/settings', again)).status).toBe(403)
    const denied = async () => (await search(root, { chain: 'platform', action: 'auth.denied' })).body.events
    // Written after the answer; somebody else was refused before.
    const ofBob = async () => (await denied()).filter((event) => event.actor.name === 'bob')
    await expect.poll(async () => (await ofBob()).length).toBeGreaterThan(0)
    expect(await ofBob()).toMatchObject([{ outcome: 'denied', rule: 'Forbidden', target: { type: 'route' } }])
    expect(await denied()).not.toContainEqual(expect.objectContaining({ target: { id: 'trust.audit.events' } }))
  })

  test('keeps failed sign-ins without what was typed', async () => {
    const typed = { login: 'ada', password: 'wrong-marker-password' }
    await fetch(`${server.url}${api.signIn.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(typed),
    })
    const { body } = await search(root, { chain: 'platform', action: 'auth.login_failed' })
    expect(body.events[0]).toMatchObject({ outcome: 'failed', actor: { type: 'anonymous' }, target: { name: 'ada' } })
    expect(JSON.stringify(body)).not.toContain('marker')
  })

  test('is exported with checkpoints and verifies without a server; taking a copy is an event', async () => {
    expect(await server.running.app.governance.signEverything()).toBeGreaterThan(1)
    const exported = await ada.ask<string>('POST', '/api/v1/trust/audit/exports', { chain: 'acme' })
    const verdict = await verifyAuditExport(await lines(exported.body))
    expect(verdict).toMatchObject({ isValid: true, lastSeq: verdict.events, checkpoints: 1, blankValues: 0 })
    const { body } = await search(ada, { chain: 'acme' })
    expect(body.events[0]).toMatchObject({ action: 'audit.export' })
    expect(body.signedToSeq).toBe(5)
    const edited = exported.body.replace('"action":"org.create"', '"action":"org.rename"')
    expect((await verifyAuditExport(await lines(edited))).problem).toMatchObject({ seq: 1 })
    const platform = (await search(root, { chain: 'platform', action: 'audit.checkpoint' })).body
    expect(platform.events.map((event) => event.after?.['chain'])).toContain(body.events[0]?.target.id)
    expect(await server.running.app.governance.signDue()).toBe(0)
  })

  test('is exported as CSV that no spreadsheet runs, and in the form of the Hub', async () => {
    const csv = await ada.ask<string>('POST', '/api/v1/trust/audit/exports', { chain: 'acme', format: 'csv' })
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit-acme.csv"')
    expect(csv.body.split('\r\n')[1]).toMatch(/^1,\d{4}-.*,org\.create,success,ada,org,acme/)
    const hub = await ada.ask<{ _id: string; createdAt: string; type: string }[]>(
      'GET',
      '/api/organizations/acme/audit-log/export?q=org.',
    )
    expect(hub.body.map((event) => event.type)).toEqual(['org.create', 'org.add_user', 'org.add_user'])
    expect(hub.headers.get('content-disposition')).toContain('audit-acme.json')
  })

  test('stays valid after a person is erased, with their values gone', async () => {
    const { kit } = server.running
    await kit.write((tx) => kit.audit.eraseSubject(tx, ada.id))
    const exported = await root.ask<string>('POST', '/api/v1/trust/audit/exports', { chain: 'acme' })
    const verdict = await verifyAuditExport(await lines(exported.body))
    expect(verdict.isValid).toBe(true)
    expect(verdict.blankValues).toBeGreaterThan(5)
    const events = exported.body.split('\n').flatMap((one) => (one.includes('"event"') ? [JSON.parse(one)] : []))
    const shown = events.map((one: { event?: AuditEvent; open?: object }) => JSON.stringify(one.open ?? {}))
    expect(shown.join('')).not.toContain('"ada"')
  })
})

describe('streams', () => {
  test('a webhook gets every new event once, signed, and is asked again after a failure', async () => {
    const taken: { signature: string; body: string }[] = []
    let status = 500
    const receiver = createHttpServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => {
        body += part.toString()
      })
      request.on('end', () => {
        if (status === 200) taken.push({ signature: String(request.headers['stoa-signature']), body })
        response.writeHead(status).end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => receiver.once('listening', resolve))
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
    const made = await root.ask<{ stream: api.AuditStreamView; secret: string }>(
      'POST',
      '/api/v1/trust/audit/streams',
      { chain: 'acme', kind: 'webhook', address },
    )
    expect(made.status).toBe(200)
    await root.client
      .call(api.addMember, { params: { name: 'acme' }, body: { user: 'eve', role: 'read' } })
      .catch(() => bob)
    await bob.ask('GET', '/api/v1/trust/audit/streams')
    const { kit, app } = server.running
    await kit.write((tx) =>
      kit.audit.record(tx, {
        chain: made.body.stream.chain,
        action: 'repo.create',
        target: { type: 'model', id: 'x' },
      }),
    )
    await app.governance.runStreams()
    const [failed] = (await root.ask<{ streams: api.AuditStreamView[] }>('GET', '/api/v1/trust/audit/streams')).body
      .streams
    expect(failed?.error).toBe('the receiver answered 500')
    status = 200
    await kit.write((tx) =>
      tx
        .updateTable('governance.auditStreams')
        .set({ dueAt: new Date(0) })
        .execute(),
    )
    await app.governance.runStreams()
    await app.governance.runStreams()
    expect(taken).toHaveLength(1)
    const [{ signature, body } = { signature: '', body: '' }] = taken
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
    expect(mac).toBe(createHmac('sha256', made.body.secret).update(`${seconds}.${body}`).digest('hex'))
    expect(JSON.parse(body).events.at(-1)).toMatchObject({ action: 'repo.create', target: { id: 'x' } })
    expect((await root.ask('DELETE', `/api/v1/trust/audit/streams/${made.body.stream.id}`)).status).toBe(204)
    receiver.close()
  })

  test('syslog gets RFC 5424 messages over TCP, framed, and over UDP', async () => {
    const received = { tcp: '', udp: '' }
    const tcp = createTcpServer((socket) =>
      socket.on('data', (part) => {
        received.tcp += part.toString()
      }),
    ).listen(0, '127.0.0.1')
    const udp = createSocket('udp4').on('message', (message) => {
      received.udp += message.toString()
    })
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const ports = { 'syslog-tcp': (tcp.address() as AddressInfo).port, 'syslog-udp': udp.address().port }
    for (const [kind, port] of Object.entries(ports)) {
      const body = { chain: 'platform', kind, address: `127.0.0.1:${port}`, action: 'auth.' }
      expect((await root.ask('POST', '/api/v1/trust/audit/streams', body)).status).toBe(200)
    }
    await join(server, 'carl')
    await server.running.app.governance.runStreams()
    await expect
      .poll(() => received.tcp)
      .toMatch(/^\d+ <110>1 \S+ \S+ stoa - AUDIT \[stoa@32473 chain="platform" seq="\d+"/)
    await expect.poll(() => received.udp).toContain('action="auth.login"')
    expect(received.tcp).not.toContain('user.create')
    tcp.close()
    udp.close()
  })

  test('never reach what the operator did not open: inside, outside, or by a name', async () => {
    const reached: string[] = []
    const receiver = createHttpServer((_, response) => {
      reached.push('webhook')
      response.end()
    }).listen(0, '127.0.0.1')
    const tcp = createTcpServer(() => reached.push('tcp')).listen(0, '127.0.0.1')
    const udp = createSocket('udp4').on('message', () => reached.push('udp'))
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const shut = await startTestServer({ env: { STOA_OPEN_HOSTS: 'localhost' } })
    const owner = await joinAsAdmin(shut)
    const portOf = (one: { address(): unknown }) => (one.address() as AddressInfo).port
    const asked = [
      ['webhook', `http://127.0.0.1:${portOf(receiver)}/`, 'STOA_INNER_HOSTS'],
      ['webhook', 'https://127.0.0.1/', 'STOA_INNER_HOSTS'],
      ['webhook', 'https://169.254.169.254/latest', 'STOA_INNER_HOSTS'],
      ['webhook', 'https://siem.example/', 'STOA_OPEN_HOSTS'],
      ['syslog-tcp', `127.0.0.1:${portOf(tcp)}`, 'STOA_INNER_HOSTS'],
      ['syslog-tcp', `localhost:${portOf(tcp)}`, 'STOA_INNER_HOSTS'],
      ['syslog-udp', `127.0.0.1:${portOf(udp)}`, 'STOA_INNER_HOSTS'],
      ['syslog-udp', '[::1]:514', 'STOA_INNER_HOSTS'],
      ['syslog-udp', '203.0.113.9:514', 'STOA_INNER_HOSTS'],
      ['syslog-tcp', 'siem.example:601', 'STOA_OPEN_HOSTS'],
    ] as const
    for (const [kind, address] of asked) {
      const made = await owner.ask('POST', '/api/v1/trust/audit/streams', { chain: 'platform', kind, address })
      expect([address, made.status]).toEqual([address, 200])
    }
    await shut.running.app.governance.runStreams()
    const list = await owner.ask<{ streams: api.AuditStreamView[] }>('GET', '/api/v1/trust/audit/streams')
    const errors = new Map(list.body.streams.map((stream) => [stream.address, stream.error]))
    for (const [, address, setting] of asked)
      expect([address, errors.get(address)]).toEqual([address, expect.stringContaining(setting)])
    expect(reached).toEqual([])
    await shut.stop()
    receiver.close()
    tcp.close()
    udp.close()
  })

  test.each([
    ['webhook', 'ftp://x/'],
    ['webhook', 'http://user:pass@host/'],
    ['syslog-tcp', 'no-port'],
    ['syslog-udp', 'host:99999'],
  ])('a %s to %s is refused', async (kind, address) => {
    const made = await root.ask('POST', '/api/v1/trust/audit/streams', { chain: 'platform', kind, address })
    expect(made.status).toBe(400)
  })
})
