import { createHash, randomBytes } from 'node:crypto'
import { downloadFile } from '@huggingface/hub'
import { chunkEnds, decodeRecords, hashToText, loadKeyedHashes } from '@stoa/xet'
import { createTestClock, join, openXet, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Kit } from '../../../kit/kit.js'
import { collectNow } from '../collect/run-collection.js'
import { createGitStorage } from '../../git/create-store.js'
import { createGitRoots } from '../../git/roots.js'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const MIB = 1024 * 1024

interface Reconstruction {
  readonly terms: readonly { readonly hash: string; readonly range: { readonly start: number; readonly end: number } }[]
  readonly xorbs: Record<
    string,
    { url: string; ranges: { chunks: { start: number; end: number }; bytes: { start: number; end: number } }[] }[]
  >
}

describe('large files that came whole become chunks', () => {
  const clock = createTestClock(new Date())
  let server: TestServer
  let ada: Person
  beforeAll(async () => {
    server = await startTestServer({ clock, env: { STOA_ROLES: 'web' } })
    ada = await join(server, 'ada')
    await ada.ask('POST', '/api/repos/create', { name: 'demo' })
  })
  afterAll(() => server.stop())

  const move = () => server.running.app.repos.moveToChunks(new AbortController().signal)
  const auth = () => ({ authorization: `Bearer ${ada.token}` })
  async function sendLfs(path: string, bytes: Buffer): Promise<string> {
    const oid = sha256(bytes)
    const body = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid, size: bytes.length }] })
    const headers = { ...auth(), 'content-type': 'application/vnd.git-lfs+json' }
    const answer = await fetch(`${server.url}/ada/demo.git/info/lfs/objects/batch`, { method: 'POST', headers, body })
    const { objects } = (await answer.json()) as { objects: { actions: { upload: { href: string } } }[] }
    const href = objects[0]?.actions.upload.href ?? ''
    expect((await fetch(href, { method: 'PUT', body: new Uint8Array(bytes) })).status).toBe(200)
    const lines = [
      { key: 'header', value: { summary: path } },
      { key: 'lfsFile', value: { path, algo: 'sha256', oid } },
    ]
    const committed = await fetch(`${server.url}/api/models/ada/demo/commit/main`, {
      method: 'POST',
      headers: { ...auth(), 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(committed.status).toBe(200)
    return oid
  }
  const read = async (path: string, headers: Record<string, string> = {}): Promise<Buffer> =>
    Buffer.from(await (await fetch(`${server.url}/ada/demo/resolve/main/${path}`, { headers })).arrayBuffer())
  const xetHashOf = async (path: string): Promise<string | undefined> => {
    const answer = await ada.ask<{ xetHash?: string }[]>('POST', '/api/models/ada/demo/paths-info/main', {
      paths: [path],
    })
    return answer.body[0]?.xetHash
  }
  /** As a Xet client reads: the plan, then the signed ranges, then the chunks. */
  async function readXet(hash: string): Promise<Buffer> {
    const session = await openXet(server.url, ada.token, 'models/ada/demo')
    const plan = (await (await session.ask(`/v2/reconstructions/${hash}`)).json()) as Reconstruction
    const parts: Uint8Array[] = []
    for (const term of plan.terms) {
      for (const { url, ranges } of plan.xorbs[term.hash] ?? []) {
        const { chunks, bytes } = ranges[0] as (typeof ranges)[number]
        if (chunks.start > term.range.start || chunks.end < term.range.end) continue
        const body = await fetch(url, { headers: { range: `bytes=${bytes.start}-${bytes.end}` } })
        const records = [...decodeRecords(Buffer.from(await body.arrayBuffer()))]
        parts.push(...records.slice(term.range.start - chunks.start, term.range.end - chunks.start))
      }
    }
    return Buffer.concat(parts)
  }
  const xorbBytes = async (): Promise<number> => {
    const rows = await server.running.kit.db.selectFrom('repos.xorbs').select('serialisedBytes').execute()
    return rows.reduce((sum, row) => sum + Number(row.serialisedBytes), 0)
  }
  const gitOf = (kit: Kit) => ({ storage: createGitStorage(kit), roots: createGitRoots(kit) })
  const wholeBlobs = async (): Promise<string[]> => {
    const keys: string[] = []
    for await (const blob of server.running.kit.blobs.list('lfs/')) keys.push(blob.key)
    return keys
  }
  const collect = () =>
    collectNow(
      { ...server.running.kit, ...gitOf(server.running.kit), accounts: server.running.app.accounts } as never,
      {
        isDryRun: false,
        signal: new AbortController().signal,
        progress: async () => {},
      },
    )

  // The same bytes every time: how much an edit adds depends on where chunks are cut.
  const weights = createHash('shake256', { outputLength: 3 * MIB })
    .update('weights')
    .digest()
  const edited = Buffer.concat([weights.subarray(0, MIB), Buffer.from('an edit'), weights.subarray(MIB)])

  it('[C1] after a while, and the bytes are the same at every door', async () => {
    const oid = await sendLfs('weights.bin', weights)
    expect(await move()).toBe(0)
    expect(await xetHashOf('weights.bin')).toBeUndefined()
    clock.advanceMs(16 * 60_000)
    expect(await move()).toBe(1)
    expect(await move()).toBe(0)
    const hash = await xetHashOf('weights.bin')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(sha256(await read('weights.bin'))).toBe(oid)
    expect(await read('weights.bin', { range: 'bytes=1000000-1000099' })).toEqual(weights.subarray(1e6, 1e6 + 100))
    expect(sha256(await readXet(hash ?? ''))).toBe(oid)
    const as = { hubUrl: server.url, accessToken: ada.token, repo: 'ada/demo', path: 'weights.bin' }
    const blob = await downloadFile({ ...as, xet: true })
    expect(sha256(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)))).toBe(oid)
  })

  it('an edited copy adds only what is new, and later Xet uploads are told what is there', async () => {
    const before = await xorbBytes()
    const oid = await sendLfs('edited.bin', edited)
    clock.advanceMs(16 * 60_000)
    expect(await move()).toBe(1)
    expect((await xorbBytes()) - before).toBeLessThan(300_000)
    expect(sha256(await read('edited.bin'))).toBe(oid)
    expect(sha256(await readXet((await xetHashOf('edited.bin')) ?? ''))).toBe(oid)
    const first = (await loadKeyedHashes()).chunk(weights.subarray(0, chunkEnds(weights)[0]))
    const session = await openXet(server.url, ada.token, 'models/ada/demo')
    expect((await session.ask(`/v1/chunks/default/${hashToText(first)}`)).status).toBe(200)
  })

  it('the whole copies leave after the floor, and the files stay', async () => {
    expect((await wholeBlobs()).length).toBe(2)
    clock.advanceMs(23 * 3_600_000)
    await collect()
    expect((await wholeBlobs()).length).toBe(2)
    clock.advanceMs(2 * 3_600_000)
    await collect()
    expect(await wholeBlobs()).toEqual([])
    expect(sha256(await read('weights.bin'))).toBe(sha256(weights))
    expect(sha256(await read('edited.bin'))).toBe(sha256(edited))
  })

  it('a damaged blob is never taken for the file: it stays as it is, and is tried a few times only', async () => {
    const oid = await sendLfs('damaged.bin', randomBytes(200_000))
    const [key = ''] = await wholeBlobs()
    await server.running.kit.blobs.put(key, [randomBytes(200_000)] as never)
    clock.advanceMs(16 * 60_000)
    expect(await move()).toBe(0)
    const row = await server.running.kit.db
      .selectFrom('repos.lfsObjects')
      .select(['blobKey', 'chunkAttempts'])
      .where('oid', '=', oid)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ blobKey: key, chunkAttempts: 4 })
  })
})
