import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Committed {
  readonly status: number
  readonly code: string | null
  readonly body: { commitOid: string; pullRequestUrl?: string; error?: string }
}

describe('commits', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    bob = await join(server, 'bob')
    await ada.ask('POST', '/api/repos/create', { name: 'demo' })
  })
  afterAll(() => server.stop())

  const put = (path: string, content = path) => ({ key: 'file', value: { path, content, encoding: 'utf-8' } })
  const drop = (path: string, key = 'deletedFile') => ({ key, value: { path } })
  async function commit(lines: object[], rev = 'main', who = ada, header: object = {}): Promise<Committed> {
    const all = [{ key: 'header', value: { summary: 'work', ...header } }, ...lines]
    return await send(all.map((line) => JSON.stringify(line)).join('\n'), rev, who)
  }
  async function send(body: string, rev = 'main', who = ada, type = 'application/x-ndjson'): Promise<Committed> {
    const answer = await fetch(`${server.url}/api/models/ada/demo/commit/${rev}`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${who.token}` },
      body,
    })
    const parsed = (await answer.json()) as Committed['body']
    return { status: answer.status, code: answer.headers.get('x-error-code'), body: parsed }
  }
  async function list(rev = 'main'): Promise<string[]> {
    const answer = await fetch(`${server.url}/api/models/ada/demo/tree/${rev}?recursive=true`)
    return ((await answer.json()) as { path: string; type: string }[])
      .filter((entry) => entry.type === 'file')
      .map((entry) => entry.path)
  }
  const head = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/api/models/ada/demo/refs`)
    return ((await answer.json()) as { branches: { targetCommit: string }[] }).branches[0]?.targetCommit ?? ''
  }

  it('adds, deletes, moves and copies in one commit', async () => {
    await commit([put('a'), put('dir/b'), put('dir/c')])
    const done = await commit([
      put('n'),
      drop('a'),
      drop('dir/', 'deletedFolder'),
      put('dir/b'),
      { key: 'copyFile', value: { path: 'copy', srcPath: 'a' } },
      { key: 'file', value: { path: 'moved', oldPath: 'dir/c', content: 'c', encoding: 'utf-8' } },
    ])
    expect(done.status).toBe(200)
    expect(await list()).toEqual(['.gitattributes', 'copy', 'dir/b', 'moved', 'n'])
    const copy = await fetch(`${server.url}/ada/demo/resolve/main/copy`)
    expect(await copy.text()).toBe('a')
  })

  it('answers the head when nothing changes', async () => {
    const before = await head()
    const same = await commit([put('n')])
    expect([same.status, same.body.commitOid]).toEqual([200, before])
  })

  it('[C1] lets exactly one of two writers with the same parent win', async () => {
    const parentCommit = await head()
    const both = await Promise.all(['w1', 'w2'].map((path) => commit([put(path)], 'main', ada, { parentCommit })))
    expect(both.map((one) => one.status).sort()).toEqual([200, 412])
    const lost = both.find((one) => one.status === 412)
    expect(lost?.body.error).toBe('The branch was updated since you opened this page. Please refresh and try again.')
    expect((await list()).filter((path) => /^w\d$/.test(path))).toHaveLength(1)
  })

  it('keeps all of many writers that named no parent', async () => {
    const paths = Array.from({ length: 24 }, (_, index) => `p${index}`)
    const all = await Promise.all(paths.map((path) => commit([put(path)])))
    expect(all.map((one) => one.status)).toEqual(paths.map(() => 200))
    expect(await list()).toEqual(expect.arrayContaining(paths))
  })

  it('opens pull requests, also for readers, and lets their author go on', async () => {
    const opened = await commit([put('idea')], 'main?create_pr=1', bob, { summary: 'My idea' })
    expect(opened.status).toBe(200)
    expect(opened.body.pullRequestUrl).toBe(`${server.url}/ada/demo/discussions/1`)
    expect(await list()).not.toContain('idea')
    expect((await commit([put('idea2')], 'refs%2Fpr%2F1', bob)).status).toBe(200)
    expect((await commit([put('idea3')], 'refs/pr/1', ada)).status).toBe(200)
    expect(await list('refs%2Fpr%2F1')).toEqual(expect.arrayContaining(['idea', 'idea2', 'idea3']))
    expect((await commit([put('x')], 'main', bob)).code).toBe('Forbidden')
    expect((await commit([put('x')], 'refs%2Fpr%2F9', bob)).code).toBe('Forbidden')
    const shown = await fetch(`${server.url}/api/models/ada/demo/discussions/1?diff=1`)
    expect(await shown.json()).toMatchObject({ title: 'My idea', status: 'open', isPullRequest: true, diff: /\+idea/ })
  })

  it.each([
    ['a missing branch', () => commit([put('x')], 'nowhere'), 404, 'RevisionNotFound'],
    ['a tag or commit', () => commit([put('x')], 'refs%2Ftags%2Fv1'), 404, 'RevisionNotFound'],
    ['a way out', () => commit([put('../x')]), 422, 'InvalidPath'],
    ['a way out on Windows', () => commit([put('..\\x')]), 422, 'InvalidPath'],
    ['git itself', () => commit([put('.git/config')]), 422, 'InvalidPath'],
    ['a control character', () => commit([put('a\u0000b')]), 422, 'InvalidPath'],
    ['a case collision', () => commit([put('N')]), 422, 'GitObjectRefused'],
    ['a file as a folder', () => commit([put('n/x')]), 422, 'InvalidPath'],
    ['deleting nothing', () => commit([drop('not-there')]), 404, 'EntryNotFound'],
    [
      'copying nothing',
      () => commit([{ key: 'copyFile', value: { path: 'x', srcPath: 'not-there' } }]),
      404,
      'EntryNotFound',
    ],
    [
      'a large file nobody sent',
      () => commit([{ key: 'lfsFile', value: { path: 'w', algo: 'sha256', oid: 'a'.repeat(64) } }]),
      422,
      'LfsObjectMissing',
    ],
    ['a file too large for git', () => commit([put('big', 'x'.repeat(10 * 1024 * 1024 + 1))]), 413, 'FileTooLarge'],
    ['a broken card', () => commit([put('README.md', '---\nlicense: [mit\n---\n')]), 400, 'InvalidCard'],
    ['no header', () => send(JSON.stringify(put('x'))), 400, 'InvalidCommit'],
    ['two headers', () => commit([{ key: 'header', value: { summary: 'again' } }]), 400, 'InvalidCommit'],
    ['no JSON', () => send('{'), 400, 'InvalidCommit'],
    [
      'bad base64',
      () => commit([{ key: 'file', value: { path: 'x', content: '@@@@', encoding: 'base64' } }]),
      400,
      'InvalidCommit',
    ],
    ['a parent that is no id', () => commit([put('x')], 'main', ada, { parentCommit: 'zzz' }), 400, 'InvalidCommit'],
  ])('refuses %s and changes nothing', async (_what, attempt, status, code) => {
    const before = await head()
    const refused = await attempt()
    expect([refused.status, refused.code]).toEqual([status, code])
    expect(await head()).toBe(before)
  })

  it('reads the one-document form of old clients', async () => {
    const body = {
      summary: 'old',
      files: [{ path: 'old.txt', content: 'b2xk', encoding: 'base64' }],
      deletedEntries: [{ path: 'n' }],
    }
    expect((await send(JSON.stringify(body), 'main', ada, 'application/json')).status).toBe(200)
    expect(await list()).toContain('old.txt')
  })

  it('says before an upload how each file travels and what stands there', async () => {
    const files = [
      { path: 'old.txt', size: 3, sample: 'b2xk' },
      { path: 'w.bin', size: 3, sample: 'b2xk' },
      { path: 'binary', size: 3, sample: 'AAEC' },
      { path: 'tmp/x', size: 3, sample: 'b2xk' },
    ]
    const answer = await ada.ask<{ files: object[] }>('POST', '/api/models/ada/demo/preupload/main', {
      files,
      gitIgnore: 'tmp/',
    })
    expect(answer.body.files).toEqual([
      { path: 'old.txt', uploadMode: 'regular', shouldIgnore: false, oid: '489ce0f857e7634a0eb9f328265a3e91fad49f61' },
      { path: 'w.bin', uploadMode: 'lfs', shouldIgnore: false },
      { path: 'binary', uploadMode: 'lfs', shouldIgnore: false },
      { path: 'tmp/x', uploadMode: 'regular', shouldIgnore: true },
    ])
    const bad = await ada.ask('POST', '/api/models/ada/demo/preupload/main', { files: [{ path: '../x', size: 1 }] })
    expect([bad.status, bad.headers.get('x-error-code')]).toEqual([422, 'InvalidPath'])
    const gone = await ada.ask('POST', '/api/models/ada/demo/preupload/nowhere', { files: [] })
    expect(gone.headers.get('x-error-code')).toBe('RevisionNotFound')
  })

  it('makes and deletes branches and tags, squashes and copies with history', async () => {
    const api = '/api/models/ada/demo'
    expect((await ada.ask('POST', `${api}/branch/dev`, { startingPoint: 'main' })).status).toBe(200)
    const twice = await ada.ask<{ error: string }>('POST', `${api}/branch/dev`, {})
    expect([twice.status, twice.body.error]).toEqual([409, 'Reference refs/heads/dev already exists'])
    expect((await ada.ask('POST', `${api}/branch/refs%2Fpr%2F7`, {})).status).toBe(400)
    expect((await ada.ask('POST', `${api}/branch/x`, { startingPoint: 'none' })).headers.get('x-error-code')).toBe(
      'RevisionNotFound',
    )
    expect((await ada.ask('POST', `${api}/tag/dev`, { tag: 'v1', message: 'first' })).status).toBe(200)
    expect((await ada.ask('POST', `${api}/tag/dev`, { tag: 'v1' })).status).toBe(409)
    expect((await ada.ask('POST', `${api}/tag/dev`, { tag: 'not a name' })).status).toBe(400)
    const main = await ada.ask<{ error: string }>('DELETE', `${api}/branch/main`)
    expect([main.status, main.body.error]).toEqual([403, 'Cannot delete refs/heads/main'])
    expect((await ada.ask('DELETE', `${api}/branch/v1`)).headers.get('x-error-code')).toBe('RevisionNotFound')
    const squashed = await ada.ask<{ commitId: string }>('POST', `${api}/super-squash/dev`, { message: 'One' })
    const history = await ada.ask<{ title: string; id: string }[]>('GET', `${api}/commits/dev`)
    expect(history.body).toMatchObject([{ title: 'One', id: squashed.body.commitId }])
    const copy = await ada.ask<{ url: string }>('POST', `${api}/duplicate`, { repository: 'ada/copy' })
    expect(copy.body).toEqual({ url: `${server.url}/ada/copy`, filesCopyPending: false })
    const original = await ada.ask<{ id: string }[]>('GET', `${api}/commits/main`)
    const copied = await ada.ask<{ id: string }[]>('GET', '/api/models/ada/copy/commits/main')
    expect(copied.body.map((one) => one.id)).toEqual(original.body.map((one) => one.id))
    const refs = await ada.ask<{ tags: { name: string }[] }>('GET', '/api/models/ada/copy/refs?include_prs=1')
    expect(refs.body).toMatchObject({ tags: [{ name: 'v1' }], pullRequests: [] })
    expect((await ada.ask('DELETE', `${api}/tag/v1`)).status).toBe(200)
  })
})
