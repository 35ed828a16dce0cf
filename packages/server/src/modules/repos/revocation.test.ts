import { createHash } from 'node:crypto'
import { commit } from '@huggingface/hub'
import {
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
import { holderOf } from './holder.js'
import { isLetIn } from '../gates/queries.js'
import { createStanding } from './still-may.js'

const weights = Buffer.alloc(200_000, 'weights')
let made = 0
const oidOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const LFS = { 'content-type': 'application/vnd.git-lfs+json' }

/** Requests that were let through once, by name; each answers its status. */
type Doors = Record<string, () => Promise<number>>

describe('[R1] access taken away is taken away at every door', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  let packed: PackedFile
  beforeAll(async () => {
    packed = await packFile(Buffer.concat([weights, weights]))
    server = await startTestServer()
    ;[ada, bob] = [await join(server, 'ada'), await join(server, 'bob')]
    await ada.ask('POST', '/api/v1/accounts/orgs', { name: 'acme', fullname: 'Acme' })
    await ada.ask('POST', '/api/v1/accounts/orgs/acme/members', { user: 'bob', role: 'read' })
    for (const [name, isPrivate] of [
      ['gated', false],
      ['closed', true],
      ['open', false],
      ['deleted', false],
    ] as const) {
      await ada.ask('POST', '/api/repos/create', {
        name,
        organization: name === 'closed' ? 'acme' : 'ada',
        private: isPrivate,
      })
      const full = `${name === 'closed' ? 'acme' : 'ada'}/${name}`
      const repo = { type: 'model' as const, name: full }
      const operations = [{ operation: 'addOrUpdate' as const, path: 'lfs.safetensors', content: new Blob([weights]) }]
      await commit({ hubUrl: server.url, accessToken: ada.token, repo, title: 'x', useXet: false, operations })
      await sendPacked(await openXet(server.url, ada.token, `models/${full}`), packed)
      await commitLarge(full, packed)
    }
    await ada.ask('PUT', '/api/models/ada/gated/settings', { gated: 'manual' })
    await ada.ask('POST', '/api/models/ada/gated/user-access-request/grant', { user: 'bob' })
  })
  afterAll(() => server.stop())

  const commitLarge = (id: string, { sha256, content }: PackedFile) => {
    const file = { path: 'xet.safetensors', algo: 'sha256', oid: sha256, size: content.length }
    const lines = [
      { key: 'header', value: { summary: 'x' } },
      { key: 'lfsFile', value: file },
    ]
    return fetch(`${server.url}/api/models/${id}/commit/main`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  }

  /** Everything a reader with a writing token holds or may ask for; the addresses and tokens are fetched now. */
  async function openDoors(id: string, token: string): Promise<Doors> {
    const auth: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    const send = async (url: string, init: RequestInit = {}): Promise<number> => {
      const answer = await fetch(url.startsWith('/') ? server.url + url : url, { redirect: 'manual', ...init })
      await answer.arrayBuffer()
      return answer.status
    }
    const json = async <T>(url: string, init: RequestInit = {}): Promise<T> =>
      (await fetch(url.startsWith('/') ? server.url + url : url, init)).json() as Promise<T>
    const batch = async (operation: string, bytes: Buffer) => {
      const body = JSON.stringify({ operation, objects: [{ oid: oidOf(bytes), size: bytes.length }] })
      const path = `/${id}.git/info/lfs/objects/batch`
      const init = { method: 'POST', headers: { ...auth, ...LFS }, body }
      type Answer = { objects: { actions?: Record<string, { href: string }> }[] }
      return { again: () => send(path, init), href: (await json<Answer>(path, init)).objects[0]?.actions }
    }
    const down = await batch('download', weights)
    const xet = await json<{ accessToken: string; casUrl: string }>(`/api/models/${id}/xet-read-token/main`, {
      headers: auth,
    })
    const bearer = { authorization: `Bearer ${xet.accessToken}` }
    const plan = `${xet.casUrl}/v1/reconstructions/${packed.hash}`
    type Plan = { fetch_info: Record<string, { url: string }[]> }
    const link = Object.values((await json<Plan>(plan, { headers: bearer })).fetch_info)[0]?.[0]?.url ?? ''
    const reading: Doors = {
      info: () => send(`/api/models/${id}/tree/main`, { headers: auth }),
      resolve: () => send(`/${id}/resolve/main/lfs.safetensors`, { headers: auth }),
      git: () => send(`/${id}.git/info/refs?service=git-upload-pack`, { headers: auth }),
      'LFS batch': down.again,
      'signed download': () => send(down.href?.['download']?.href ?? ''),
      'Xet token': () => send(`/api/models/${id}/xet-read-token/main`, { headers: auth }),
      'Xet reconstruction': () => send(plan, { headers: bearer }),
      'Xet link': () => send(link),
    }
    if (!token) return reading
    const fresh = Buffer.from(`bytes that are not here yet ${made++}`)
    const up = await batch('upload', fresh)
    const writing = await json<{ accessToken: string; casUrl: string }>(
      `/api/models/${id}/xet-write-token/main?create_pr=1`,
      { headers: auth },
    )
    return {
      ...reading,
      'LFS upload batch': up.again,
      'Xet shard': async () => {
        const headers = { authorization: `Bearer ${writing.accessToken}` }
        const status = await send(`${writing.casUrl}/v1/shards`, { method: 'POST', headers, body: 'no shard' })
        return status === 400 || status === 422 ? 200 : status
      },
      'signed upload': () => send(up.href?.['upload']?.href ?? '', { method: 'PUT', body: fresh }),
    }
  }
  const statusesOf = async (doors: Doors): Promise<Record<string, number>> => {
    const statuses: Record<string, number> = {}
    for (const [name, open] of Object.entries(doors)) statuses[name] = await open()
    return statuses
  }
  async function expectShut(doors: Doors, id: string, takeAway: () => Promise<{ status: number }>): Promise<void> {
    for (const [name, status] of Object.entries(await statusesOf(doors))) {
      expect([id, name, status >= 200 && status < 300]).toEqual([id, name, true])
    }
    expect((await takeAway()).status).toBeLessThan(300)
    await server.settled()
    for (const [name, status] of Object.entries(await statusesOf(doors))) {
      expect([id, name, [401, 403, 404].includes(status)]).toEqual([id, name, true])
    }
  }

  it('with a grant', async () => {
    await expectShut(await openDoors('ada/gated', bob.token), 'ada/gated', () =>
      ada.ask('POST', '/api/models/ada/gated/user-access-request/handle', { user: 'bob', status: 'rejected' }),
    )
  })
  it('with an access token', async () => {
    const secret = await bob.newToken({ name: 'doomed', role: 'write' })
    const { body } = await bob.ask<{ id: string; name: string }[]>('GET', '/api/v1/accounts/tokens')
    const id = body.find((token) => token.name === 'doomed')?.id
    await expectShut(await openDoors('acme/closed', secret), 'acme/closed', () =>
      bob.ask('DELETE', `/api/v1/accounts/tokens/${id}`),
    )
  })
  it('with a membership', async () => {
    await expectShut(await openDoors('acme/closed', bob.token), 'acme/closed', () =>
      ada.ask('DELETE', '/api/v1/accounts/orgs/acme/members/bob'),
    )
  })
  it('with a repository made private, also from the unknown', async () => {
    const [known, unknown] = [await openDoors('ada/open', bob.token), await openDoors('ada/open', '')]
    expect(Object.values(await statusesOf(unknown)).every((status) => status < 300)).toBe(true)
    await expectShut(known, 'ada/open', () => ada.ask('PUT', '/api/models/ada/open/settings', { private: true }))
    expect(Object.values(await statusesOf(unknown)).every((status) => status >= 401)).toBe(true)
  })
  it('with the repository', async () => {
    await expectShut(await openDoors('ada/deleted', bob.token), 'ada/deleted', () =>
      ada.ask('DELETE', '/api/repos/delete', { name: 'ada/deleted' }),
    )
  })

  it('where nobody tells: a second process looks again within twenty seconds', async () => {
    const { kit, app } = server.running
    const clock = createTestClock(new Date())
    const { stillMay } = createStanding({ ...kit, clock, accounts: app.accounts, gates: { isLetIn } })
    const actor = await app.accounts.authenticate({
      authorization: `Bearer ${bob.token}`,
      cookie: undefined,
      address: '',
    })
    const repo = await app.repos.findByName(kit.db, 'model', 'ada/gated')
    const pass = { home: 'repo' as const, repoId: repo?.id ?? '', holder: holderOf(actor) }
    expect(await stillMay(pass, 'read')).toBe(false)
    const decide = (status: string) =>
      ada.ask('POST', '/api/models/ada/gated/user-access-request/handle', { user: 'bob', status })
    await decide('accepted')
    clock.advanceMs(10_000)
    expect(await stillMay(pass, 'read')).toBe(true)
    await decide('rejected')
    expect(await stillMay(pass, 'read')).toBe(true)
    clock.advanceMs(10_000)
    expect(await stillMay(pass, 'read')).toBe(false)
    expect(await stillMay({ ...pass, holder: { userId: ada.id, credential: `t${'0'.repeat(24)}` } }, 'read')).toBe(
      false,
    )
    expect(await stillMay({ ...pass, holder: { ...pass.holder, userId: ada.id } as never }, 'read')).toBe(false)
  })
})
