import { createHash, randomBytes } from 'node:crypto'
import {
  ask,
  createTestClock,
  join,
  joinAsAdmin,
  openXet,
  packFile,
  type PackedFile,
  type Person,
  sendPacked,
  startTestServer,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashToText } from '@stoa/xet'
import type { StorageCollection } from '@stoa/contracts'
import { createGitStorage } from '../../git/create-store.js'
import { createGitRoots } from '../../git/roots.js'

const HOUR_MS = 3_600_000
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('collecting what nothing names', () => {
  const clock = createTestClock(new Date())
  let server: TestServer
  let root: Person
  let ada: Person
  beforeAll(async () => {
    // Without the worker role nothing runs by itself, only what the test drains.
    const env = { STOA_STORAGE_FLOOR_HOURS: '24', STOA_XORB_FLOOR_HOURS: '48', STOA_ROLES: 'web' }
    server = await startTestServer({ clock, env })
    root = await joinAsAdmin(server)
    ada = await join(server, 'ada')
  })
  afterAll(() => server.stop())

  /** With the token: weeks pass here, and a session would end. */
  const say = <T>(who: Person, method: string, path: string, body?: object) =>
    ask<T>(server.url + path, method, {
      headers: { authorization: `Bearer ${who.token}` },
      ...(body === undefined ? {} : { body }),
    })
  async function collect(dryRun = false): Promise<Record<string, { waiting: number; removed: number; bytes: number }>> {
    const started = await say<StorageCollection>(root, 'POST', '/api/v1/platform/storage/collections', { dryRun })
    expect(started.status).toBe(200)
    await server.running.kit.jobs.drained()
    const run = await say<StorageCollection>(root, 'GET', `/api/v1/platform/storage/collections/${started.body.id}`)
    expect(run.body).toMatchObject({ state: 'done', stage: null, dryRun })
    return Object.fromEntries(
      run.body.kinds.map(({ kind, waiting, removed }) => [
        kind,
        { waiting: waiting.count, removed: removed.count, bytes: removed.bytes },
      ]),
    )
  }
  /** Looks, waits, and looks again, which takes what stayed unnamed. */
  async function collectAfter(hours: number) {
    await collect()
    clock.advanceMs(hours * HOUR_MS)
    return await collect()
  }
  const blobs = async (prefix: string): Promise<string[]> => {
    const keys: string[] = []
    for await (const blob of server.running.kit.blobs.list(prefix)) keys.push(blob.key)
    return keys
  }
  const create = (name: string) => say(ada, 'POST', '/api/repos/create', { name })
  const remove = (name: string) => say(ada, 'DELETE', '/api/repos/delete', { name })
  async function sendLfs(repo: string, bytes: Buffer): Promise<string> {
    const oid = sha256(bytes)
    const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/vnd.git-lfs+json' }
    const body = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid, size: bytes.length }] })
    const answer = await fetch(`${server.url}/ada/${repo}.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers,
      body,
    })
    const { objects } = (await answer.json()) as { objects: { actions?: { upload: { href: string } } }[] }
    const href = objects[0]?.actions?.upload.href
    if (href) expect((await fetch(href, { method: 'PUT', body: new Uint8Array(bytes) })).status).toBe(200)
    return oid
  }
  const commitLfs = (repo: string, oid: string) =>
    fetch(`${server.url}/api/models/ada/${repo}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${ada.token}` },
      body: `{"key":"header","value":{"summary":"x"}}\n${JSON.stringify({ key: 'lfsFile', value: { path: 'w.bin', algo: 'sha256', oid } })}\n`,
    })
  const xet = (repo: string) => openXet(server.url, ada.token, `models/ada/${repo}`)
  const xorbName = (packed: PackedFile): string => hashToText(packed.xorbs[0]?.hash ?? new Uint8Array(32))

  it('[C1] takes the bytes of a deleted repository after the floor, never earlier, and a dry run takes nothing', async () => {
    await create('gone')
    const oid = await sendLfs('gone', randomBytes(50_000))
    expect((await commitLfs('gone', oid)).status).toBe(200)
    const packed = await packFile(randomBytes(300_000))
    await sendPacked(await xet('gone'), packed)
    expect((await collect()).largeFiles).toMatchObject({ waiting: 0, removed: 0 })
    await remove('gone')
    expect((await collect(true)).largeFiles).toMatchObject({ waiting: 2, removed: 0 })
    await collect()
    clock.advanceMs(23 * HOUR_MS)
    expect((await collect()).largeFiles).toMatchObject({ waiting: 2, removed: 0 })
    expect((await blobs('lfs/')).length).toBe(1)
    clock.advanceMs(1 * HOUR_MS)
    expect((await collect(true)).largeFiles).toMatchObject({ removed: 2, bytes: 50_000 })
    expect((await blobs('lfs/')).length).toBe(1)
    expect((await collect()).largeFiles).toMatchObject({ removed: 2, bytes: 50_000 })
    expect(await blobs('lfs/')).toEqual([])
    expect((await collectAfter(24)).xetFiles).toMatchObject({ removed: 1 })
    expect((await blobs('xorbs/')).length).toBe(1)
    expect((await collectAfter(47)).xorbs).toMatchObject({ waiting: 1, removed: 0 })
    expect((await collectAfter(1)).xorbs).toMatchObject({ removed: 1 })
    expect(await blobs('xorbs/')).toEqual([])
  })

  it('keeps what is sent again while it waits', async () => {
    await create('first')
    const bytes = randomBytes(40_000)
    await sendLfs('first', bytes)
    await remove('first')
    await collect()
    clock.advanceMs(30 * HOUR_MS)
    await create('second')
    const oid = await sendLfs('second', bytes)
    expect((await collect()).largeFiles).toMatchObject({ waiting: 0, removed: 0 })
    await commitLfs('second', oid)
    const read = await fetch(`${server.url}/ada/second/resolve/main/w.bin`)
    expect(sha256(Buffer.from(await read.arrayBuffer()))).toBe(oid)
    // The second copy of the same bytes was dropped at once.
    expect((await blobs('lfs/')).filter((key) => key.includes(oid)).length).toBe(1)
  })

  it('a xorb on its way out is not offered, is saved by being named, and a shard that comes too late is refused', async () => {
    await create('xet')
    const session = () => xet('xet')
    const packed = await packFile(randomBytes(200_000))
    await sendPacked(await session(), packed)
    const first = hashToText(packed.xorbs[0]?.chunks[0]?.hash ?? new Uint8Array(32))
    expect((await (await session()).ask(`/v1/chunks/default/${first}`)).status).toBe(200)
    await server.running.kit.write(async (tx) => {
      await tx.deleteFrom('repos.repoLfsObjects').where('oid', '=', packed.sha256).execute()
      await tx.deleteFrom('repos.lfsObjects').where('oid', '=', packed.sha256).execute()
      await tx.deleteFrom('repos.xetFiles').where('hash', '=', packed.hash).execute()
    })
    await collect()
    expect((await (await session()).ask(`/v1/chunks/default/${first}`)).status).toBe(404)
    clock.advanceMs(100 * HOUR_MS)
    // A client that remembers the xorb names it without sending it.
    expect((await (await session()).sendShard(packed.shard)).status).toBe(200)
    expect((await collect()).xorbs).toMatchObject({ removed: 0 })
    expect((await (await session()).ask(`/v1/reconstructions/${packed.hash}`)).status).toBe(200)

    const late = await packFile(randomBytes(200_000))
    expect((await (await session()).sendXorb(late.xorbs[0] as never)).status).toBe(200)
    await collect()
    clock.advanceMs(40 * HOUR_MS)
    // Sending it again saves it for another floor.
    expect((await (await session()).sendXorb(late.xorbs[0] as never)).status).toBe(200)
    clock.advanceMs(40 * HOUR_MS)
    expect((await collect()).xorbs).toMatchObject({ waiting: 1, removed: 0 })
    clock.advanceMs(48 * HOUR_MS)
    expect((await collect()).xorbs).toMatchObject({ removed: 1 })
    const refused = await (await session()).sendShard(late.shard)
    expect([refused.status, xorbName(late).length]).toEqual([400, 64])
    await sendPacked(await session(), late)
  })

  it('takes what a crash or a given up upload left, and nothing else', async () => {
    const before = [...(await blobs('lfs/')), ...(await blobs('xorbs/')), ...(await blobs('git/'))]
    const left = ['git/aa/left.pack', `lfs/ab/cd/${'0'.repeat(64)}.left`, 'lfs-parts/left/00001', 'xorbs/ab/cd/left.1']
    for (const key of left) await server.running.kit.blobs.put(key, [randomBytes(1000)] as never)
    await server.running.kit.blobs.put('other/left', [randomBytes(10)] as never)
    expect(await collectAfter(23)).toMatchObject({ gitBlobs: { waiting: 1 }, uploadParts: { waiting: 1 } })
    clock.advanceMs(HOUR_MS)
    const removed = { removed: 1, bytes: 1000 }
    expect(await collect()).toMatchObject({
      gitBlobs: removed,
      largeFileBlobs: removed,
      uploadParts: removed,
      xorbBlobs: removed,
    })
    expect([...(await blobs('lfs/')), ...(await blobs('xorbs/')), ...(await blobs('git/'))]).toEqual(before)
    expect(await blobs('other/')).toEqual(['other/left'])
  })

  it('survives uploads and removals at the same moment, with no floor at all', async () => {
    const kit = server.running.kit
    const { createShelves } = await import('./shelves.js')
    const { collectStorage } = await import('./collect-storage.js')
    const git = { storage: createGitStorage(kit), roots: createGitRoots(kit) }
    const shelves = () => createShelves({ ...kit, ...git }, { storageFloorHours: 0, xorbFloorHours: 0 })
    const options = { clock, isDryRun: false, signal: new AbortController().signal, progress: async () => {} }
    await create('race')
    const session = await xet('race')
    let refused = 0
    for (let round = 0; round < 12; round += 1) {
      const packed = await packFile(randomBytes(60_000))
      await session.sendXorb(packed.xorbs[0] as never)
      await collectStorage(shelves(), options)
      const [shard] = await Promise.all([session.sendShard(packed.shard), collectStorage(shelves(), options)])
      if (shard.status !== 200) {
        expect([400, 503]).toContain(shard.status)
        refused += 1
        continue
      }
      await commitLfs('race', packed.sha256)
      const read = await fetch(`${server.url}/ada/race/resolve/main/w.bin`)
      expect(sha256(Buffer.from(await read.arrayBuffer()))).toBe(packed.sha256)
    }
    expect(refused).toBeLessThan(13)
  })

  it('[S5] is the administrator’s, and can be cancelled', async () => {
    const path = '/api/v1/platform/storage/collections'
    expect((await say(ada, 'POST', path, {})).status).toBe(403)
    expect((await fetch(server.url + path, { method: 'POST' })).status).toBe(401)
    expect((await say(ada, 'GET', `${path}/x`)).status).toBe(403)
    expect((await say(root, 'GET', `${path}/x`)).status).toBe(404)
    const run = await say<StorageCollection>(root, 'POST', path, { dryRun: true })
    const cancelled = await say<StorageCollection>(root, 'DELETE', `${path}/${run.body.id}`)
    expect(cancelled.body.state).toBe('cancelled')
    await server.running.kit.jobs.drained()
    expect((await say<StorageCollection>(root, 'GET', `${path}/${run.body.id}`)).body.state).toBe('cancelled')
  })
})
