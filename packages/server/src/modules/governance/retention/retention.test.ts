import type { AuditEventView, getRetention, LegalHold, ResponseOf, RetentionRunView } from '@stoa/contracts'
import { verifyAuditExport } from '@stoa/formats'
import { ask, createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const DAY_MS = 24 * 3_600_000
const clock = createTestClock(new Date('2026-01-01T00:00:00Z'))
const trust = '/api/v1/trust/retention'

let server: TestServer
let root: Person
let ada: Person
let eve: Person
beforeAll(async () => {
  server = await startTestServer({ clock, env: { STOA_ROLES: 'web' } })
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  eve = await join(server, 'eve')
  for (const name of ['acme', 'beta']) await ada.ask('POST', '/api/v1/accounts/orgs', { name })
  await eve.ask('POST', '/api/v1/accounts/orgs', { name: 'gamma' })
  await server.running.app.governance.signEverything()
  clock.advanceMs(401 * DAY_MS)
  for (const organization of ['acme', 'beta'])
    await send(ada, 'POST', '/api/repos/create', { name: 'new', organization })
  await server.running.app.governance.signEverything()
})
afterAll(() => server.stop())

/** Sessions have ended by then; tokens have not. */
const send = <T>(who: Person, method: string, path: string, body?: unknown) =>
  ask<T>(server.url + path, method, {
    ...(body === undefined ? {} : { body }),
    headers: { authorization: `Bearer ${who.token}` },
  })
const read = async () => (await send<ResponseOf<typeof getRetention>>(root, 'GET', trust)).body
const run = async (dryRun: boolean): Promise<RetentionRunView> => {
  const started = await send<RetentionRunView>(root, 'POST', `${trust}/runs`, { dryRun })
  expect(started.body.state).toBe('queued')
  await server.running.kit.jobs.drained()
  return (await read()).runs.find(({ id }) => id === started.body.id) as RetentionRunView
}
const found = (one: RetentionRunView, name: string) => one.classes.find((finding) => finding.class === name)
const firstOf = async (chain: string): Promise<number> => {
  const path = `/api/v1/trust/audit/events?chain=${chain}&limit=100`
  const { body } = await send<{ events: AuditEventView[] }>(root, 'GET', path)
  return body.events.at(-1)?.seq ?? 0
}
const hold = async (account: string) =>
  (await send<LegalHold>(root, 'POST', `${trust}/holds`, { account, reason: 'case 7' })).body
const exported = async (chain: string) => {
  const answer = await send<string>(root, 'POST', '/api/v1/trust/audit/exports', { chain, format: 'jsonl' })
  return String(answer.body)
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n').filter((line) => line !== '')
}

describe('deletion by age', () => {
  it('[G4] knows its classes from the register and is never kept longer than it says', async () => {
    const { classes } = await read()
    expect(classes[0]).toMatchObject({ class: 'audit', registerDays: 400, days: 400 })
    expect(classes.map((one) => one.class)).toContain('accounts.break_glass')
    const set = (name: string, days: number | null) => send(root, 'PUT', `${trust}/classes/${name}`, { days })
    expect((await set('audit', 401)).status).toBe(400)
    expect((await set('audit', 29)).status).toBe(400)
    expect((await set('accounts.accounts', 10)).status).toBe(404)
    expect((await set('accounts.break_glass', 100)).body).toMatchObject({ days: 100, registerDays: 400 })
    expect((await set('accounts.break_glass', null)).body).toMatchObject({ days: 400 })
  })

  it('[G4] only counts in a dry run, and leaves what a legal hold stands on', async () => {
    const onOrg = await hold('acme')
    const onPerson = await hold('eve')
    expect((await send(root, 'POST', `${trust}/holds`, { account: 'acme', reason: 'again' })).status).toBe(409)
    const dry = await run(true)
    expect(dry).toMatchObject({ state: 'done', dryRun: true })
    const would = found(dry, 'audit')
    expect(would?.removed).toBeGreaterThan(0)
    expect(would?.held).toBeGreaterThan(0)
    expect([await firstOf('acme'), await firstOf('beta'), await firstOf('gamma')]).toEqual([1, 1, 1])

    const real = await run(false)
    expect(found(real, 'audit')).toMatchObject({ removed: would?.removed, held: would?.held })
    expect(await firstOf('beta')).toBeGreaterThan(1)
    expect([await firstOf('acme'), await firstOf('gamma')]).toEqual([1, 1])

    for (const { id } of [onOrg, onPerson])
      expect((await send(root, 'DELETE', `${trust}/holds/${id}`)).status).toBe(200)
    expect((await send(root, 'DELETE', `${trust}/holds/${onOrg.id}`)).status).toBe(404)
    await run(false)
    expect(await firstOf('acme')).toBeGreaterThan(1)
  })

  it('[G4] takes whole signed stretches, keeps their roots, and what is left verifies', async () => {
    const verdict = await verifyAuditExport(linesOf(await exported('beta')))
    expect(verdict).toMatchObject({ isValid: true, problem: null })
    const { body } = await send<{ checkpoints: { first_seq: number }[] }>(
      root,
      'GET',
      '/api/v1/trust/audit/checkpoints?chain=beta&limit=50',
    )
    expect(body.checkpoints.at(-1)?.first_seq).toBe(1)
  })

  it('[G4] is itself in the log', async () => {
    const path = '/api/v1/trust/audit/events?chain=platform&action=audit.expire&limit=20'
    const { body } = await send<{ events: AuditEventView[] }>(root, 'GET', path)
    expect(body.events.length).toBeGreaterThan(1)
  })

  it('deletes old rows of other classes, not those of somebody under a hold', async () => {
    const { kit } = server.running
    const ids = await kit.db.selectFrom('accounts.accounts').select(['id', 'name']).execute()
    const idOf = (name: string): string => ids.find((one) => one.name === name)?.id ?? ''
    const old = new Date(clock.now().getTime() - 500 * DAY_MS)
    await kit.write(async (tx) => {
      for (const user of ['ada', 'eve']) {
        const userId = idOf(user)
        const row = { id: kit.ids.next(), userId, orgId: idOf('acme'), reason: 'x', createdAt: old, expiresAt: old }
        await tx.insertInto('accounts.breakGlass').values(row).execute()
        const target = { type: 'org', id: idOf('acme') }
        await kit.audit.record(tx, { chain: 'platform', action: 'admin.break_glass', target })
      }
    })
    await hold('eve')
    expect(found(await run(true), 'accounts.break_glass')).toMatchObject({ removed: 1, held: 1 })
    expect(found(await run(false), 'accounts.break_glass')).toMatchObject({ removed: 1, held: 1 })
    const left = await kit.db.selectFrom('accounts.breakGlass').select('userId').execute()
    expect(left).toEqual([{ userId: idOf('eve') }])
  })

  it('[R1] is for admins only', async () => {
    for (const [method, path, body] of [
      ['GET', trust],
      ['POST', `${trust}/runs`, { dryRun: true }],
      ['PUT', `${trust}/classes/audit`, { days: 100 }],
      ['POST', `${trust}/holds`, { account: 'acme', reason: 'case 7' }],
      ['DELETE', `${trust}/holds/x`],
    ] as const) {
      expect((await send(ada, method, path, body)).status).toBe(403)
      expect((await ask(server.url + path, method, body === undefined ? {} : { body })).status).toBe(401)
    }
  })
})
