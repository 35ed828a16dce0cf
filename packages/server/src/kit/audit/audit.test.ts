import { randomBytes } from 'node:crypto'
import { type AuditEvent, AUDIT_GENESIS, hashEvent, isPersonalSlot } from '@stoa/formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestClock } from '../clock.js'
import type { Database } from '../db/database.js'
import { openTestDatabase } from '../db/test-database.js'
import { runInRequest } from '../http/request-context.js'
import { createUuids } from '../uuids.js'
import { type Audit, createAudit, personal } from './audit.js'
import { actAs } from './who.js'

const clock = createTestClock(new Date('2026-11-21T12:00:00Z'))
let database: Database
let audit: Audit

beforeAll(async () => {
  database = await openTestDatabase()
  audit = createAudit({ clock, uuids: createUuids(clock), instanceKey: randomBytes(32) })
})
afterAll(() => database.close())

async function eventsOf(chain: string): Promise<AuditEvent[]> {
  const rows = await database.db
    .selectFrom('kit.auditEvents')
    .select(['body', 'hash'])
    .where('chain', '=', chain)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ ...(JSON.parse(row.body) as AuditEvent), hash: row.hash.toString('hex') }))
}

describe('audit chains', () => {
  test('an event hashes over the one before it, as the canonical text says', async () => {
    await database.write((tx) => audit.openChain(tx, 'org1'))
    for (const name of ['one', 'two "quoted" \u0001 \u{1f600}', 'three']) {
      await database.write((tx) =>
        audit.record(tx, { chain: 'org1', action: 'repo.create', target: { type: 'model', id: name, name } }),
      )
    }
    const events = await eventsOf('org1')
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3])
    let previous = AUDIT_GENESIS
    for (const event of events) {
      expect(event.prev_hash).toBe(previous)
      expect(hashEvent(event)).toBe(event.hash)
      expect(event.actor).toEqual({ type: 'system', id: 'server' })
      previous = event.hash
    }
  })

  test('a chain of one account does not move another; what a person does goes to the platform', async () => {
    await database.write((tx) =>
      audit.record(tx, { chain: 'user1', action: 'repo.create', target: { type: 'model', id: 'm', name: 'ann/m' } }),
    )
    const [event] = await eventsOf('platform')
    expect(event?.chain).toBe('platform')
    expect(event?.target['name']).toMatchObject({ ref: 'user1:target.name' })
    expect(await eventsOf('user1')).toEqual([])
  })

  test('an undone transaction leaves no event and no gap', async () => {
    const before = (await eventsOf('platform')).length
    const undone = database.write(async (tx) => {
      await audit.record(tx, { chain: 'platform', action: 'admin.x', target: { type: 'platform', id: 'x' } })
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await database.write((tx) =>
      audit.record(tx, { chain: 'platform', action: 'admin.y', target: { type: 'platform', id: 'y' } }),
    )
    const after = await eventsOf('platform')
    expect(after.length).toBe(before + 1)
    expect(after.at(-1)?.seq).toBe(before + 1)
  })

  test('many writers at once make one unbroken chain', async () => {
    await database.write((tx) => audit.openChain(tx, 'busy'))
    const writes = Array.from({ length: 40 }, (_, at) =>
      database.write((tx) =>
        audit.record(tx, { chain: 'busy', action: 'repo.move', target: { type: 'model', id: `m${at}` } }),
      ),
    )
    await Promise.all(writes)
    const events = await eventsOf('busy')
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
    expect(events.every((event, at) => at === 0 || event.prev_hash === events[at - 1]?.hash)).toBe(true)
  })

  test('who asks is taken from the request; name, network and program are values that can be destroyed', async () => {
    const actor = { kind: 'user', userId: 'u7', name: 'marker-ann', isAdmin: false, memberships: [] } as const
    const context = {
      actor: { ...actor, auth: { type: 'session', sessionId: 's1' } as const },
      address: '203.0.113.9',
      userAgent: 'marker-agent',
      requestId: 'r1',
    }
    await database.write((tx) =>
      runInRequest(context, () =>
        audit.record(tx, {
          chain: 'org1',
          action: 'org.settings.update',
          target: { type: 'org', id: 'org1', name: 'acme' },
          before: { contact: personal('u7', 'marker@example.org') },
          after: { contact: null, members: [1, 2n] },
        }),
      ),
    )
    const event = (await eventsOf('org1')).at(-1) as AuditEvent
    expect(event.actor).toMatchObject({ type: 'user', id: 'u7', session_id: 's1' })
    expect(isPersonalSlot(event.actor['name'])).toBe(true)
    expect(isPersonalSlot(event.ip_prefix)).toBe(true)
    expect(event.after).toEqual({ contact: null, members: [1, '2'] })
    expect(JSON.stringify(event)).not.toContain('marker')
    const vault = () => database.db.selectFrom('kit.subjectVault').select('seq').where('subjectId', '=', 'u7').execute()
    expect((await vault()).length).toBe(1)

    await database.write((tx) => audit.eraseSubject(tx, 'u7'))
    expect(await vault()).toEqual([])
    await database.write((tx) =>
      runInRequest(context, () =>
        audit.record(tx, { chain: 'org1', action: 'org.leave', target: { type: 'org', id: 'org1' } }),
      ),
    )
    expect(await vault()).toEqual([])
    expect(hashEvent(event)).toBe(event.hash)
  })

  test('the server itself acts under a name', async () => {
    await database.write((tx) =>
      actAs('bootstrap', () =>
        audit.record(tx, { chain: 'platform', action: 'admin.z', target: { type: 'platform', id: 'z' } }),
      ),
    )
    expect((await eventsOf('platform')).at(-1)?.actor).toEqual({ type: 'system', id: 'bootstrap' })
  })

  test('an event cannot be changed or removed', async () => {
    const change = (text: string) => database.pool.query(text)
    await expect(change("update kit.audit_events set body = '' where chain = 'org1'")).rejects.toThrow('never changed')
    await expect(change("delete from kit.audit_events where chain = 'org1'")).rejects.toThrow('never changed')
    await expect(change('truncate kit.audit_events')).rejects.toThrow('never changed')
  })
})
