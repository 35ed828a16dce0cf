import { randomBytes } from 'node:crypto'
import { commit, createRepo } from '@huggingface/hub'
import type { StorageFacts } from '@stoa/contracts'
import { join, openXet, packFile, type Person, sendPacked, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const LARGE = 1_000_000

describe('what is stored', () => {
  let server: TestServer
  let ada: Person
  let eve: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    eve = await join(server, 'eve')
    await ada.ask('POST', '/api/repos/create', { name: 'demo' })
    await ada.ask('POST', '/api/repos/create', { name: 'secret', private: true })
  })
  afterAll(() => server.stop())

  const facts = async (who: Person, path: string) =>
    (await who.ask<StorageFacts>('GET', `/api/v1/platform/storage/${path}`)) as { status: number; body: StorageFacts }
  const lfsFile = (path: string, oid: string) => ({ key: 'lfsFile', value: { path, algo: 'sha256', oid } })
  const send = async (content: Buffer, path: string) => {
    const packed = await packFile(content)
    await sendPacked(await openXet(server.url, ada.token, 'models/ada/demo'), packed)
    const lines = [{ key: 'header', value: { summary: 'x' } }, lfsFile(path, packed.sha256)]
    const answer = await fetch(`${server.url}/api/models/ada/demo/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${ada.token}` },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(answer.status).toBe(200)
  }
  it('counts full sizes, what is kept, and what sharing saves; the Hub API says the same', async () => {
    const content = randomBytes(LARGE)
    await send(content, 'a.bin')
    await send(Buffer.concat([content, content]), 'b.bin')
    const used = async (): Promise<number> =>
      (await ada.ask<{ usedStorage: number }>('GET', '/api/models/ada/demo?expand=usedStorage')).body.usedStorage
    // Measured again a little after each commit, so the figures agree once the last one is counted.
    await expect
      .poll(
        async () => {
          const { logicalBytes, gitBytes, uniqueBytes } = (await facts(ada, 'repos/model/ada/demo')).body
          return {
            isAllThere: logicalBytes > 3 * LARGE && uniqueBytes > 3 * LARGE,
            beyondFiles: logicalBytes - 3 * LARGE - gitBytes,
            beyondTheHubs: logicalBytes - (await used()),
          }
        },
        { timeout: 20_000, interval: 200 },
      )
      .toEqual({ isAllThere: true, beyondFiles: 0, beyondTheHubs: 0 })
  })

  it('is kept for buckets by the same means', async () => {
    const content = new Blob([randomBytes(5000)])
    await createRepo({ hubUrl: server.url, accessToken: ada.token, repo: { type: 'bucket', name: 'ada/data' } })
    await commit({
      hubUrl: server.url,
      accessToken: ada.token,
      repo: { type: 'bucket', name: 'ada/data' },
      title: '',
      operations: ['x', 'y'].map((path) => ({ operation: 'addOrUpdate' as const, path, content })),
    })
    await expect
      .poll(
        async () =>
          server.running.kit.db
            .selectFrom('repos.storageFacts')
            .select(['logicalBytes', 'uniqueBytes'])
            .where('ownerKind', '=', 'bucket')
            .execute(),
        { timeout: 15_000 },
      )
      .toEqual([{ logicalBytes: 10_000n, uniqueBytes: 5008n }])
  })

  it('[S5] is for whoever may read the repository, and for the account itself', async () => {
    expect((await facts(eve, 'repos/model/ada/secret')).status).toBe(404)
    expect((await facts(eve, 'repos/model/ada/none')).status).toBe(404)
    expect((await facts(ada, 'repos/model/ada/secret')).body.logicalBytes).toBeGreaterThan(0)
    expect((await facts(eve, 'accounts/ada')).status).toBe(404)
    expect((await fetch(`${server.url}/api/v1/platform/storage/accounts/ada`)).status).toBe(401)
    expect((await facts(ada, 'accounts/ada')).body.logicalBytes).toBeGreaterThan(LARGE)
  })
})
