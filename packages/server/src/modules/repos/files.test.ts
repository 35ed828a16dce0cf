import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe('files of a repository', () => {
  let server: TestServer
  let ada: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    await ada.ask('POST', '/api/repos/create', { name: 'demo' })
    await commitFiles('demo', { 'a.txt': 'hello', 'dir/page.html': '<script>alert(1)</script>', 'dir/b.json': '{}' })
  })
  afterAll(() => server.stop())

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(server.url + path, { method, headers, redirect: 'manual' })
  async function commitFiles(repo: string, files: Record<string, string>, summary = 'add'): Promise<string> {
    const lines = [
      { key: 'header', value: { summary } },
      ...Object.entries(files).map(([path, content]) => ({ key: 'file', value: { path, content, encoding: 'utf-8' } })),
    ]
    const answer = await fetch(`${server.url}/api/models/ada/${repo}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${ada.token}` },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { commitOid: string }).commitOid
  }

  it('[C1] answers HEAD with every header itself', async () => {
    const head = await get(
      '/ada/demo/resolve/main/a.txt',
      { 'x-amzn-trace-id': 'trace-7', origin: 'https://x' },
      'HEAD',
    )
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe('5')
    expect(head.headers.get('etag')).toBe('"b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"')
    expect(head.headers.get('x-repo-commit')).toMatch(/^[0-9a-f]{40}$/)
    expect(head.headers.get('accept-ranges')).toBe('bytes')
    expect(head.headers.get('x-request-id')).toContain('trace-7')
    expect(head.headers.get('access-control-expose-headers')).toContain('X-Repo-Commit')
    expect(head.headers.get('x-linked-size')).toBeNull()
  })

  it('sends ranges, and says when nothing changed', async () => {
    const part = await get('/ada/demo/resolve/main/a.txt', { range: 'bytes=1-2' })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'el', 'bytes 1-2/5'])
    const past = await get('/ada/demo/resolve/main/a.txt', { range: 'bytes=9-' })
    expect([past.status, past.headers.get('content-range')]).toEqual([416, 'bytes */5'])
    const etag = part.headers.get('etag') ?? ''
    expect((await get('/ada/demo/resolve/main/a.txt', { 'if-none-match': etag })).status).toBe(304)
  })

  it('tells the history of one file, and a first commit as all new', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'storied' })
    await commitFiles('storied', { 'a/x.txt': '1', 'b.txt': '1' }, 'one')
    await commitFiles('storied', { 'b.txt': '2' }, 'two')
    const three = await commitFiles('storied', { 'a/x.txt': '3' }, 'three')
    const titles = async (query: string) =>
      ((await (await get(`/api/models/ada/storied/commits/main?${query}`)).json()) as { title: string }[]).map(
        (commit) => commit.title,
      )
    expect(await titles('path=a/x.txt')).toEqual(['three', 'one'])
    expect(await titles('path=a')).toEqual(['three', 'one'])
    expect(await titles('path=b.txt')).toEqual(['two', 'one'])
    expect(await titles('path=b.txt&limit=1&p=1')).toEqual(['one'])
    expect(await titles('path=none')).toEqual([])
    const empty = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    const diff = await (await get(`/api/models/ada/storied/compare/${empty}..${three}`)).text()
    expect(diff).toContain('new file mode 100644')
    expect(diff).toContain('+3')
  })

  it('never lets a file run as a page of ours', async () => {
    const page = await get('/ada/demo/resolve/main/dir/page.html')
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(page.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(page.headers.get('content-security-policy')).toContain('sandbox')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('names what is missing, with the commit for the cache of clients', async () => {
    const file = await get('/ada/demo/resolve/main/none.txt')
    expect([file.status, file.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
    expect(file.headers.get('x-repo-commit')).toMatch(/^[0-9a-f]{40}$/)
    const rev = await get('/ada/demo/resolve/none/a.txt')
    expect([rev.status, rev.headers.get('x-error-code')]).toEqual([404, 'RevisionNotFound'])
    expect(await rev.json()).toEqual({ error: 'Invalid rev id: none' })
    for (const path of ['/gpt2/resolve/main/a', '/api/models/gpt2/tree/main', '/ada/none/resolve/main/a']) {
      const repo = await get(path)
      expect([repo.status, repo.headers.get('x-error-code')]).toEqual([401, 'RepoNotFound'])
    }
    const wrong = await get('/api/models/ada/demo/nothing-like-this')
    expect([wrong.status, wrong.headers.get('x-error-code')]).toEqual([404, 'NotFound'])
  })

  it('finds ids in any case and odd file names as they are', async () => {
    expect(await (await get('/ADA/Demo/resolve/main/a.txt')).text()).toBe('hello')
    const names = ['100%.txt', 'a?b#c.txt', 'sp ace, [x]:y;z&=.txt', 'ümläut/文件.txt', 'a%20b.txt']
    await commitFiles('demo', Object.fromEntries(names.map((name) => [name, name])))
    for (const name of names) {
      const path = name.split('/').map(encodeURIComponent).join('/')
      expect(await (await get(`/ada/demo/resolve/main/${path}`)).text()).toBe(name)
    }
  })

  it('takes revisions in every spelling', async () => {
    const head = await get('/api/models/ada/demo/refs')
    const { branches } = (await head.json()) as { branches: { targetCommit: string }[] }
    const oid = branches[0]?.targetCommit ?? ''
    for (const rev of ['main', 'HEAD', oid, oid.slice(0, 7), 'refs%2Fheads%2Fmain', 'refs/heads/main']) {
      expect((await get(`/ada/demo/resolve/${rev}/a.txt`)).status, rev).toBe(200)
      expect((await get(`/api/models/ada/demo/tree/${rev}`)).status, rev).toBe(200)
    }
    const pinned = await get(`/api/resolve-cache/models/ada/demo/${oid}/a.txt`)
    expect(pinned.headers.get('cache-control')).toContain('immutable')
  })

  it('pages trees by absolute links, pinned to one commit', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'wide' })
    await commitFiles('wide', Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`d${i}/f`, `${i}`])))
    const seen: string[] = []
    let url: string | undefined = `${server.url}/api/models/ada/wide/tree/main?recursive=true&limit=4`
    for (let page = 0; url !== undefined; page++) {
      const answer: Response = await fetch(url)
      for (const entry of (await answer.json()) as { path: string }[]) seen.push(entry.path)
      url = /^<(http[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
      if (page === 0) await commitFiles('wide', { 'd0/later': 'x', 'zz/later': 'x' })
    }
    expect(seen.filter((path) => path.endsWith('/f'))).toHaveLength(7)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).not.toContain('zz/later')
  })

  it('shows the last commit of each path, sizes and differences', async () => {
    await commitFiles('demo', { 'a.txt': 'hello\nworld\n' }, 'Change a')
    const tree = await (await get('/api/models/ada/demo/tree/main?expand=true')).json()
    const titles = Object.fromEntries(
      (tree as { path: string; lastCommit?: { title: string } }[]).map((entry) => [
        entry.path,
        entry.lastCommit?.title,
      ]),
    )
    expect(titles).toMatchObject({ 'a.txt': 'Change a', dir: 'add', '.gitattributes': 'initial commit' })
    expect(await (await get('/api/models/ada/demo/treesize/main/dir')).json()).toEqual({ path: 'dir', size: 27 })
    const commits = await get('/api/models/ada/demo/commits/main?limit=1')
    expect(Number(commits.headers.get('x-total-count'))).toBeGreaterThan(2)
    const [latest] = (await commits.json()) as { id: string; title: string; authors: { user: string }[] }[]
    expect(latest).toMatchObject({ title: 'Change a', authors: [{ user: 'ada' }] })
    const before = (await (await get('/api/models/ada/demo/commits/main?limit=2')).json()) as { id: string }[]
    const diff = await (await get(`/api/models/ada/demo/compare/${before[1]?.id}..main`)).text()
    expect(diff).toContain('--- a/a.txt\n+++ b/a.txt\n@@')
    expect(diff).toContain('+world')
  })

  it('leads old names to the new place until somebody takes them', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'before' })
    await commitFiles('before', { 'x.txt': 'x' })
    const moved = await ada.ask('POST', '/api/repos/move', {
      fromRepo: 'ada/before',
      toRepo: 'ada/after',
      type: 'model',
    })
    expect(moved.status).toBe(200)
    for (const method of ['HEAD', 'GET']) {
      const answer = await get('/ada/before/resolve/main/x.txt?download=true', {}, method)
      expect([answer.status, answer.headers.get('location')]).toEqual([
        307,
        '/ada/after/resolve/main/x.txt?download=true',
      ])
    }
    const tree = await get('/api/models/ada/before/tree/main?recursive=1')
    expect(tree.headers.get('location')).toBe('/api/models/ada/after/tree/main?recursive=1')
    // Writes follow the old name; deleting by it does not.
    await commitFiles('before', { 'y.txt': 'y' })
    expect((await ada.ask('DELETE', '/api/repos/delete', { name: 'ada/before' })).status).toBe(404)
    await ada.ask('POST', '/api/repos/create', { name: 'before' })
    expect((await get('/ada/before/resolve/main/x.txt')).status).toBe(404)
    const taken = await ada.ask<{ error: string }>('POST', '/api/repos/move', {
      fromRepo: 'ada/after',
      toRepo: 'ada/before',
    })
    expect([taken.status, taken.body.error]).toEqual([409, 'A model repository called ada/before already exists'])
  })

  it('counts one download for the many files of one caller', async () => {
    const marked = { 'x-hf-download-counter': '1', authorization: `Bearer ${ada.token}` }
    for (const path of ['a.txt', 'dir/b.json']) await (await get(`/ada/demo/resolve/main/${path}`, marked)).text()
    await (await get('/ada/demo/resolve/main/a.txt', { 'x-hf-download-counter': '1' })).text()
    await (await get('/ada/demo/resolve/main/a.txt')).text()
    const { repos } = server.running.app
    const repo = await repos.findReadable({ kind: 'anonymous' }, 'model', 'ada/demo')
    // A download is counted when its answer has gone out, which the reader may know before the server.
    const counted = async () => {
      await repos.flushDownloads()
      return (await repos.sumDownloads([repo.id])).get(repo.id)
    }
    await expect.poll(counted).toEqual({ last30Days: 2, allTime: 2 })
  })
})
