import type { JobView, listJobs, getPlatformOverview, ResponseOf } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let root: Person
let eve: Person
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  eve = await join(server, 'eve')
})
afterAll(() => server.stop())

const jobs = '/api/v1/platform/jobs'
type JobList = ResponseOf<typeof listJobs>

describe('what is switched on', () => {
  const read = async () =>
    (await root.ask<ResponseOf<typeof getPlatformOverview>>('GET', '/api/v1/platform/overview')).body

  it('tells address, folder, memory, and that nothing outside is talked to', async () => {
    const overview = await read()
    expect(overview.address).toBe(server.url)
    expect(overview.dataDir).toBe(server.running.dataDir)
    expect(overview.memoryBytes).toBeGreaterThan(10_000_000)
    expect(overview.switches.flatMap(({ outside }) => outside)).toEqual([])
    const on = (key: string) => overview.switches.find((one) => one.key === key)?.isOn
    expect([on('telemetry'), on('payments'), on('lenient'), on('signUp')]).toEqual([false, false, false, true])
  })

  it('names the hosts that a provider of models makes it talk to', async () => {
    const text = 'providers:\n  - { name: far, baseUrl: "https://models.example.org/v1", models: [] }\n'
    const body = { documents: [{ name: 'x', text }] }
    const applied = await root.ask('POST', '/api/v1/platform/manifest/apply', body)
    expect(applied.status).toBe(200)
    expect((await read()).switches.find(({ key }) => key === 'providers')).toMatchObject({
      isOn: true,
      outside: ['models.example.org'],
    })
  })
})

describe('background work', () => {
  const makeJob = async (kind: string, state: string): Promise<string> => {
    const { kit } = server.running
    const id = kit.ids.next()
    const at = kit.clock.now()
    await kit.write((tx) =>
      tx
        .insertInto('kit.jobs')
        .values({ id, kind, payload: '{}', state, attempts: 5, runAt: at, createdAt: at, error: 'Error: disk full' })
        .execute(),
    )
    return id
  }
  const findAll = async (query: string) => (await root.ask<JobList>('GET', `${jobs}?${query}`)).body

  it('shows what failed and why, and runs it again', async () => {
    const ran: string[] = []
    server.running.kit.jobs.handle('test.mend', async () => void ran.push('ran'))
    const id = await makeJob('test.mend', 'failed')
    const { jobs: failed, counts, kinds } = await findAll('state=failed')
    expect(failed).toMatchObject([{ id, kind: 'test.mend', attempts: 5, error: 'Error: disk full' }])
    expect([counts.failed, kinds.includes('test.mend')]).toEqual([1, true])
    const again = await root.ask<JobView>('POST', `${jobs}/${id}/retry`)
    expect(again.body).toMatchObject({ state: 'queued', attempts: 0 })
    await expect.poll(async () => (await findAll('kind=test.mend')).jobs[0]?.state, { timeout: 10_000 }).toBe('done')
    expect(ran).toEqual(['ran'])
    expect((await root.ask('POST', `${jobs}/${id}/retry`)).status).toBe(409)
    expect((await root.ask('POST', `${jobs}/nothing/retry`)).status).toBe(404)
  })

  it('is cancelled once, and pages do not repeat', async () => {
    const ids = [await makeJob('test.wait', 'queued'), await makeJob('test.wait', 'queued')]
    const cancelled = await root.ask<JobView>('DELETE', `${jobs}/${ids[0]}`)
    expect(cancelled.body.state).toBe('cancelled')
    expect((await root.ask('DELETE', `${jobs}/${ids[0]}`)).status).toBe(409)
    const first = await findAll('kind=test.wait&limit=1')
    const second = await findAll(`kind=test.wait&limit=1&cursor=${first.nextCursor}`)
    expect([first.jobs[0]?.id, second.jobs[0]?.id, second.nextCursor]).toEqual([ids[1], ids[0], null])
  })

  it('[R1] is for admins only, like all of it', async () => {
    const asked = ['/api/v1/platform/overview', jobs, '/api/v1/platform/storage', '/api/v1/platform/quotas/eve']
    for (const path of asked) {
      expect((await eve.ask('GET', path)).status).toBe(403)
      expect((await fetch(server.url + path)).status).toBe(401)
    }
    expect((await eve.ask('POST', `${jobs}/x/retry`)).status).toBe(403)
    expect((await eve.ask('DELETE', `${jobs}/x`)).status).toBe(403)
    const reading = await root.newToken({ name: 'reads', role: 'read' })
    const answer = await fetch(server.url + jobs, { headers: { authorization: `Bearer ${reading}` } })
    expect(answer.status).toBe(403)
  })
})

describe('storage and quotas', () => {
  it('tells totals, who stores most, and what upkeep did', async () => {
    await eve.ask('POST', '/api/repos/create', { name: 'demo' })
    const run = await root.ask<{ id: string }>('POST', '/api/v1/platform/storage/collections', { dryRun: true })
    await server.settled()
    interface Storage {
      accounts: { name: string }[]
      collections: { id: string; state: string }[]
    }
    const read = async () => (await root.ask<Storage>('GET', '/api/v1/platform/storage')).body
    await expect
      .poll(async () => (await read()).collections[0], { timeout: 10_000 })
      .toMatchObject({
        id: run.body.id,
        state: 'done',
      })
    expect(await read()).toMatchObject({ chunks: { moved: { count: 0, bytes: 0 } } })
  })

  it('sets the quota of one account and takes it back', async () => {
    const path = '/api/v1/platform/quotas/eve'
    const quota = { publicBytes: 1_000_000, privateBytes: null, repositories: 1 }
    expect((await root.ask('PUT', path, quota)).body).toEqual(quota)
    expect((await root.ask('GET', path)).body).toEqual(quota)
    expect((await eve.ask('POST', '/api/repos/create', { name: 'second' })).status).toBe(403)
    expect((await eve.ask('PUT', path, quota)).status).toBe(403)
    const none = { publicBytes: null, privateBytes: null, repositories: null }
    expect((await root.ask('PUT', path, none)).body).toEqual(none)
    expect((await eve.ask('POST', '/api/repos/create', { name: 'second' })).status).toBe(200)
  })
})
