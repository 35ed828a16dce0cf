import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Event {
  readonly id: string
  readonly type: string
  readonly data: Record<string, unknown>
}
interface Discussion {
  readonly title: string
  readonly status: string
  readonly numComments: number
  readonly events: readonly Event[]
  readonly filesWithConflicts?: boolean | string[]
  readonly changes?: { readonly mergeCommitId?: string }
}

describe('discussions', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  let cleo: Person
  const D = '/api/models/ada/talk/discussions'
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    bob = await join(server, 'bob')
    cleo = await join(server, 'cleo')
    await ada.ask('POST', '/api/repos/create', { name: 'talk' })
  })
  afterAll(() => server.stop())

  const open = async (who: Person, title: string, pullRequest = false): Promise<number> =>
    (await who.ask<{ num: number }>('POST', D, { title, description: `about ${title}`, pullRequest })).body.num
  const get = async (num: number, who = ada): Promise<Discussion> =>
    (await who.ask<Discussion>('GET', `${D}/${num}?diff=1`)).body
  async function commit(who: Person, rev: string, files: Record<string, string | null>): Promise<void> {
    const lines: object[] = [{ key: 'header', value: { summary: `to ${rev}` } }]
    for (const [path, content] of Object.entries(files))
      lines.push(
        content === null
          ? { key: 'deletedFile', value: { path } }
          : { key: 'file', value: { path, content, encoding: 'utf-8' } },
      )
    const answer = await fetch(`${server.url}/api/models/ada/talk/commit/${encodeURIComponent(rev)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(answer.status).toBe(200)
  }
  const read = async (path: string): Promise<string | null> => {
    const answer = await fetch(`${server.url}/ada/talk/resolve/main/${path}`)
    return answer.ok ? await answer.text() : null
  }

  it('holds comments, edits and hidden ones in order', async () => {
    const num = await open(bob, 'Words')
    const said = await cleo.ask<{ newMessage: Event }>('POST', `${D}/${num}/comment`, { comment: 'hello' })
    expect(said.status).toBe(201)
    const { id } = said.body.newMessage
    await cleo.ask('POST', `${D}/${num}/comment/${id}/edit`, { content: 'hello **you**' })
    const opening = (await get(num)).events[0]?.id
    await bob.ask('POST', `${D}/${num}/comment/${opening}/edit`, { content: 'better' })
    const told = await get(num)
    expect(told.numComments).toBe(2)
    expect(told.events.map(({ data }) => [data['edited'], (data['latest'] as { raw: string }).raw])).toEqual([
      [true, 'better'],
      [true, 'hello **you**'],
    ])
    await ada.ask('POST', `${D}/${num}/comment/${id}/hide`)
    const hidden = (await get(num)).events[1]
    expect(hidden?.data).toMatchObject({ hidden: true, latest: { raw: '' } })
    expect((await cleo.ask('POST', `${D}/${num}/comment/${id}/edit`, { content: 'again' })).status).toBe(409)
  })

  it('is closed, reopened and renamed by its author or a writer', async () => {
    const num = await open(bob, 'Status')
    await bob.ask('POST', `${D}/${num}/status`, { status: 'closed', comment: 'done' })
    expect((await get(num)).status).toBe('closed')
    expect((await bob.ask('POST', `${D}/${num}/status`, { status: 'closed' })).status).toBe(409)
    await ada.ask('POST', `${D}/${num}/status`, { status: 'open' })
    await ada.ask('POST', `${D}/${num}/title`, { title: ' Better ' })
    const told = await get(num)
    expect([told.status, told.title]).toEqual(['open', 'Better'])
    expect(told.events.map(({ type }) => type)).toEqual([
      'comment',
      'status-change',
      'comment',
      'status-change',
      'title-change',
    ])
    expect(told.events.at(-1)?.data).toEqual({ from: 'Status', to: 'Better' })
  })

  it('merges what a pull request changed onto a branch that went on', async () => {
    await commit(ada, 'main', { 'a.txt': 'a', 'b.txt': 'b', 'dir/c.txt': 'c' })
    const num = await open(bob, 'Change', true)
    expect((await ada.ask('POST', `${D}/${num}/merge`)).status).toBe(409)
    await commit(bob, `refs/pr/${num}`, { 'a.txt': 'a by bob', 'new.txt': 'new', 'dir/c.txt': null })
    await commit(ada, 'main', { 'b.txt': 'b by ada' })
    await bob.ask('POST', `${D}/${num}/status`, { status: 'open' })
    const before = await get(num)
    expect(before.filesWithConflicts).toBe(false)
    expect(before.events.filter(({ type }) => type === 'commit')).toHaveLength(1)
    const merged = await ada.ask<{ mergeCommitId: string }>('POST', `${D}/${num}/merge`, { comment: 'thanks' })
    expect(merged.status).toBe(200)
    expect(await Promise.all(['a.txt', 'b.txt', 'new.txt', 'dir/c.txt'].map(read))).toEqual([
      'a by bob',
      'b by ada',
      'new',
      null,
    ])
    const told = await get(num)
    expect([told.status, told.changes?.mergeCommitId]).toEqual(['merged', merged.body.mergeCommitId])
    expect((await ada.ask('POST', `${D}/${num}/merge`)).status).toBe(409)
    expect((await ada.ask('POST', `${D}/${num}/status`, { status: 'closed' })).status).toBe(409)
  })

  it('refuses to merge what both sides changed, and names the files', async () => {
    await commit(ada, 'main', { 'x.txt': '1' })
    const num = await open(bob, 'Clash', true)
    await commit(bob, `refs/pr/${num}`, { 'x.txt': '2' })
    await commit(ada, 'main', { 'x.txt': '3' })
    await bob.ask('POST', `${D}/${num}/status`, { status: 'open' })
    expect((await get(num)).filesWithConflicts).toEqual(['x.txt'])
    const refused = await ada.ask('POST', `${D}/${num}/merge`)
    expect([refused.status, refused.headers.get('x-error-code')]).toEqual([409, 'MergeConflict'])
    expect(await read('x.txt')).toBe('3')
  })

  it('lets only one of two merges of one pull request happen', async () => {
    const num = await open(bob, 'Twice', true)
    await commit(bob, `refs/pr/${num}`, { 'twice.txt': '2' })
    await bob.ask('POST', `${D}/${num}/status`, { status: 'open' })
    const both = await Promise.all([0, 1].map(() => ada.ask('POST', `${D}/${num}/merge`)))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('refuses strangers, readers and weak tokens', async () => {
    const num = await open(bob, 'Rights')
    const opening = (await get(num)).events[0]?.id
    const refused = async (who: Person, path: string, body: object, status: number): Promise<void> =>
      expect([path, (await who.ask('POST', `${D}/${num}/${path}`, body)).status]).toEqual([path, status])
    await refused(cleo, 'status', { status: 'closed' }, 403)
    await refused(cleo, 'title', { title: 'mine' }, 403)
    await refused(cleo, `comment/${opening}/edit`, { content: 'mine' }, 403)
    await refused(ada, `comment/${opening}/edit`, { content: 'mine' }, 403)
    await refused(cleo, `comment/${opening}/hide`, {}, 403)
    await refused(cleo, 'comment/0123456789abcdef01234567/edit', { content: 'x' }, 404)
    await refused(cleo, 'merge', {}, 403)
    const post = (headers: Record<string, string>, path: string) =>
      fetch(`${server.url}${D}/${num}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ comment: 'x', status: 'closed' }),
      })
    expect((await post({}, 'comment')).status).toBe(401)
    const reader = await cleo.newToken({ name: 'reader', role: 'read' })
    expect((await post({ authorization: `Bearer ${reader}` }, 'comment')).status).toBe(403)
    expect((await cleo.ask('POST', `${D}/999/comment`, { comment: 'x' })).status).toBe(404)
  })

  it('is not there for others when the repository is private, nor when discussions are off', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'hidden', private: true })
    await ada.ask('POST', '/api/models/ada/hidden/discussions', { title: 'Inside' })
    for (const path of ['comment', 'status', 'merge']) {
      const there = await bob.ask('POST', `/api/models/ada/hidden/discussions/1/${path}`, {
        comment: 'x',
        status: 'open',
      })
      const gone = await bob.ask('POST', `/api/models/ada/absent/discussions/1/${path}`, {
        comment: 'x',
        status: 'open',
      })
      expect(there.status).toBe(404)
      expect(there.body).toEqual(gone.body)
    }
    await ada.ask('PUT', '/api/models/ada/hidden/settings', { discussionsDisabled: true })
    const off = await ada.ask('POST', '/api/models/ada/hidden/discussions/1/comment', { comment: 'x' })
    expect(off.status).toBe(403)
  })
})
