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
import { CLOSED_GATES } from './gatekeeper.js'
import { holderOf } from './holder.js'
import { isLetIn } from '../gates/queries.js'
import { createStanding } from './still-may.js'
import { type Doors, expectOpen, expectShut, openDoors, statusesOf, weights } from './doors.suite.js'

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

  async function expectTaken(doors: Doors, id: string, takeAway: () => Promise<{ status: number }>): Promise<void> {
    await expectOpen(doors, id)
    expect((await takeAway()).status).toBeLessThan(300)
    await server.settled()
    await expectShut(doors, id)
  }
  const doorsOf = (id: string, token: string): Promise<Doors> => openDoors(server, packed, id, { token })

  it('with a grant', async () => {
    await expectTaken(await doorsOf('ada/gated', bob.token), 'ada/gated', () =>
      ada.ask('POST', '/api/models/ada/gated/user-access-request/handle', { user: 'bob', status: 'rejected' }),
    )
  })
  it('with an access token', async () => {
    const secret = await bob.newToken({ name: 'doomed', role: 'write' })
    const { body } = await bob.ask<{ id: string; name: string }[]>('GET', '/api/v1/accounts/tokens')
    const id = body.find((token) => token.name === 'doomed')?.id
    await expectTaken(await doorsOf('acme/closed', secret), 'acme/closed', () =>
      bob.ask('DELETE', `/api/v1/accounts/tokens/${id}`),
    )
  })
  it('with a membership', async () => {
    await expectTaken(await doorsOf('acme/closed', bob.token), 'acme/closed', () =>
      ada.ask('DELETE', '/api/v1/accounts/orgs/acme/members/bob'),
    )
  })
  it('with a repository made private, also from the unknown', async () => {
    const [known, unknown] = [await doorsOf('ada/open', bob.token), await doorsOf('ada/open', '')]
    expect(Object.values(await statusesOf(unknown)).every((status) => status < 300)).toBe(true)
    await expectTaken(known, 'ada/open', () => ada.ask('PUT', '/api/models/ada/open/settings', { private: true }))
    expect(Object.values(await statusesOf(unknown)).every((status) => status >= 401)).toBe(true)
  })
  it('with the repository', async () => {
    await expectTaken(await doorsOf('ada/deleted', bob.token), 'ada/deleted', () =>
      ada.ask('DELETE', '/api/repos/delete', { name: 'ada/deleted' }),
    )
  })

  it('where nobody tells: a second process looks again within twenty seconds', async () => {
    const { kit, app } = server.running
    const clock = createTestClock(new Date())
    const { stillMay } = createStanding({ ...kit, clock, accounts: app.accounts, gates: { ...CLOSED_GATES, isLetIn } })
    const actor = await app.accounts.authenticate({
      authorization: `Bearer ${bob.token}`,
      cookie: undefined,
      address: '',
    })
    const repo = await app.repos.findByName(kit.db, 'model', 'ada/gated')
    const pass = { home: 'repo' as const, repoId: repo?.id ?? '', holder: holderOf(actor) }
    expect(await stillMay(pass, 'read', '127.0.0.1')).toBe(false)
    const decide = (status: string) =>
      ada.ask('POST', '/api/models/ada/gated/user-access-request/handle', { user: 'bob', status })
    await decide('accepted')
    clock.advanceMs(10_000)
    expect(await stillMay(pass, 'read', '127.0.0.1')).toBe(true)
    await decide('rejected')
    expect(await stillMay(pass, 'read', '127.0.0.1')).toBe(true)
    clock.advanceMs(10_000)
    expect(await stillMay(pass, 'read', '127.0.0.1')).toBe(false)
    expect(
      await stillMay({ ...pass, holder: { userId: ada.id, credential: `t${'0'.repeat(24)}` } }, 'read', '127.0.0.1'),
    ).toBe(false)
    expect(await stillMay({ ...pass, holder: { ...pass.holder, userId: ada.id } as never }, 'read', '127.0.0.1')).toBe(
      false,
    )
  })
})
