import { commit, createRepo, deleteRepo, downloadFile, listFiles } from '@huggingface/hub'
import { ask, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pruneBuckets } from '../queries/bucket-files.js'

interface BatchAnswer {
  readonly success: boolean
  readonly succeeded: number
  readonly failed: { path: string; error: string }[]
}

describe('buckets', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    bob = await join(server, 'bob')
    for (const name of ['open', 'closed'])
      await call(ada, 'POST', `/api/buckets/me/${name}`, { private: name === 'closed' })
    await upload('open', { 'a.txt': 'hello', 'logs/b.txt': 'bb', 'logs/deep/c.txt': 'ccc', 'logs_old.txt': 'dddd' })
    await upload('closed', { 'secret.txt': 'mine' })
  })
  afterAll(() => server.stop())

  const header = (token: string | undefined) => (token ? { authorization: `Bearer ${token}` } : undefined)
  const call = <T = Record<string, unknown>>(
    who: Person | string | null,
    method: string,
    path: string,
    body?: unknown,
  ) => {
    const headers = header(typeof who === 'string' ? who : who?.token)
    return ask<T>(server.url + path, method, {
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    })
  }
  const as = (who: Person) => ({ hubUrl: server.url, accessToken: who.token })
  /** The stock client: chunks, xorbs, shard, batch. */
  const upload = (name: string, files: Record<string, string>) =>
    commit({
      ...as(ada),
      repo: { type: 'bucket', name: `ada/${name}` },
      title: '',
      operations: Object.entries(files).map(([path, text]) => ({
        operation: 'addOrUpdate' as const,
        path,
        content: new Blob([text]),
      })),
    })
  const batch = async (who: Person | string | null, name: string, operations: object[]) => {
    const token = typeof who === 'string' ? who : who?.token
    const answer = await fetch(`${server.url}/api/buckets/${name}/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...header(token) },
      body: operations.map((one) => JSON.stringify(one)).join('\n'),
    })
    return { status: answer.status, body: (await answer.json()) as BatchAnswer }
  }
  const tree = async (path: string): Promise<string[]> => {
    const answer = await call<{ path: string; type: string }[]>(null, 'GET', `/api/buckets/ada/open/tree${path}`)
    return answer.body.map((entry) => (entry.type === 'directory' ? `${entry.path}/` : entry.path))
  }
  const hashOf = async (path: string): Promise<string> => {
    const answer = await call<{ xetHash: string }[]>(ada, 'POST', '/api/buckets/ada/open/paths-info', { paths: [path] })
    return answer.body[0]?.xetHash ?? 'none'
  }

  it('[C1] takes and gives files as the stock client asks for them', async () => {
    const repo = { type: 'bucket' as const, name: 'ada/open' }
    const paths: string[] = []
    for await (const file of listFiles({ ...as(ada), repo, recursive: true })) paths.push(file.path)
    expect(paths).toEqual(['a.txt', 'logs/b.txt', 'logs/deep/c.txt', 'logs_old.txt'])
    const file = await downloadFile({ ...as(bob), repo, path: 'logs/deep/c.txt' })
    expect(await file?.text()).toBe('ccc')
    const info = await call(null, 'GET', '/api/buckets/ada/open')
    expect(info.body).toMatchObject({ id: 'ada/open', private: false, size: 14, totalFiles: 4 })
  })

  it('lists by the beginning of paths, flat or deep, in pages', async () => {
    expect(await tree('/logs')).toEqual(['logs/b.txt', 'logs/deep/c.txt', 'logs_old.txt'])
    expect(await tree('/logs?recursive=false')).toEqual(['logs/b.txt', 'logs/deep/', 'logs_old.txt'])
    expect(await tree('/logs%2F?recursive=false')).toEqual(['logs/b.txt', 'logs/deep/'])
    expect(await tree('/a.txt?recursive=false')).toEqual(['a.txt'])
    expect(await tree('/nothing')).toEqual([])
    for (const recursive of [true, false]) {
      const seen: string[] = []
      let next: string | undefined = `${server.url}/api/buckets/ada/open/tree?limit=1&recursive=${recursive}`
      while (next) {
        const answer: Response = await fetch(next)
        seen.push(...((await answer.json()) as { path: string }[]).map((entry) => entry.path))
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
      }
      expect(seen).toEqual(
        recursive ? ['a.txt', 'logs/b.txt', 'logs/deep/c.txt', 'logs_old.txt'] : ['a.txt', 'logs', 'logs_old.txt'],
      )
    }
    expect((await call(null, 'GET', '/api/buckets/ada/open/tree?cursor=AA')).status).toBe(400)
  })

  it('answers HEAD and ranges itself', async () => {
    const url = `${server.url}/buckets/ada/open/resolve/logs%2Fdeep%2Fc.txt`
    const head = await fetch(url, { method: 'HEAD', redirect: 'manual' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe('3')
    expect(head.headers.get('x-linked-size')).toBe('3')
    expect(head.headers.get('x-xet-hash')).toBe(await hashOf('logs/deep/c.txt'))
    expect(head.headers.get('link')).toContain(`<${server.url}/api/buckets/ada/open/xet-read-token>; rel="xet-auth"`)
    const part = await fetch(`${server.url}/buckets/ada/open/resolve/a.txt`, { headers: { range: 'bytes=1-2' } })
    expect([part.status, await part.text()]).toEqual([206, 'el'])
    const missing = await fetch(`${server.url}/buckets/ada/open/resolve/none`)
    expect([missing.status, missing.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
  })

  it('[S5] a private bucket answers as a missing one at every door', async () => {
    const doors = (name: string): [string, string, unknown?][] => [
      ['GET', `/api/buckets/ada/${name}`],
      ['GET', `/api/buckets/ada/${name}/tree`],
      ['GET', `/api/buckets/ada/${name}/tree/secret`],
      ['POST', `/api/buckets/ada/${name}/paths-info`, { paths: ['secret.txt'] }],
      ['GET', `/buckets/ada/${name}/resolve/secret.txt`],
      ['GET', `/api/buckets/ada/${name}/xet-read-token`],
      ['GET', `/api/buckets/ada/${name}/events`],
      ['GET', `/api/buckets/ada/${name}/xet-write-token`],
      ['PUT', `/api/buckets/ada/${name}/settings`, { private: false }],
      ['DELETE', `/api/buckets/ada/${name}`],
      ['POST', '/api/repos/move', { fromRepo: `ada/${name}`, toRepo: 'bob/taken', type: 'bucket' }],
    ]
    for (const who of [bob, null]) {
      const closed = doors('closed')
      for (const [at, [method, path, body]] of closed.entries()) {
        const hidden = await call(who, method, path, body)
        const [, missingPath, missingBody] = doors('missing')[at] as (typeof closed)[number]
        const missing = await call(who, method, missingPath, missingBody)
        expect([method, path, hidden.status, hidden.body]).toEqual([method, path, missing.status, missing.body])
        expect(hidden.status).toBe(who ? 404 : 401)
        expect(hidden.headers.get('x-error-code')).toMatch(who ? /^RepoNotFound$/ : /^(RepoNotFound|Unauthorized)$/)
      }
    }
    expect((await batch(bob, 'ada/closed', [{ type: 'deleteFile', path: 'secret.txt' }])).status).toBe(404)
    const listed = await call<{ id: string }[]>(bob, 'GET', '/api/buckets/ada')
    expect(listed.body.map((one) => one.id)).toEqual(['ada/open'])
    const own = await call<{ id: string }[]>(ada, 'GET', '/api/buckets/me?search=CLO')
    expect(own.body.map((one) => one.id)).toEqual(['ada/closed'])
    expect((await call(null, 'GET', '/api/buckets/me')).status).toBe(401)
    expect((await call(null, 'GET', '/api/buckets/nobody')).status).toBe(404)
  })

  it('[S5] lets nobody else write, and no token that may only read', async () => {
    const reader = await ada.newToken({ name: 'reader', role: 'read' })
    const remove = [{ type: 'deleteFile', path: 'a.txt' }]
    for (const [who, status] of [
      [bob, 403],
      [reader, 403],
      [null, 401],
    ] as const) {
      expect((await batch(who, 'ada/open', remove)).status).toBe(status)
      expect((await call(who, 'GET', '/api/buckets/ada/open/xet-write-token')).status).toBe(status)
      expect((await call(who, 'PUT', '/api/buckets/ada/open/settings', { private: true })).status).toBe(status)
      expect((await call(who, 'DELETE', '/api/buckets/ada/open')).status).toBe(status)
      expect((await call(who, 'POST', '/api/buckets/ada/other', {})).status).toBe(status)
    }
    expect(await tree('')).toContain('a.txt')
  })

  it('[S5] names bytes only where they were sent or may be read', async () => {
    const secret = (await call<{ xetHash: string }[]>(ada, 'GET', '/api/buckets/ada/closed/tree')).body[0]?.xetHash
    await call(bob, 'POST', '/api/buckets/bob/mine', {})
    const source = { sourceRepoType: 'bucket', sourceRepoId: 'ada/closed' }
    const tries = [
      { type: 'addFile', path: 'stolen.txt', xetHash: secret },
      { type: 'copyFile', path: 'copied.txt', xetHash: secret, ...source },
      { type: 'copyFile', path: 'none.txt', xetHash: secret, ...source, sourceRepoId: 'ada/missing' },
      { type: 'copyFile', path: 'wrong.txt', xetHash: secret, ...source, sourceRepoId: 'ada/open' },
    ]
    const refused = await batch(bob, 'bob/mine', tries)
    expect(refused.status).toBe(422)
    expect(refused.body.failed.map((one) => one.path)).toEqual(tries.map((one) => one.path))
    expect(refused.body.failed[1]?.error).toBe(refused.body.failed[2]?.error)
    const token = await call<{ accessToken: string; casUrl: string }>(
      bob,
      'GET',
      '/api/buckets/ada/open/xet-read-token',
    )
    const read = await fetch(`${token.body.casUrl}/v1/reconstructions/${secret}`, {
      headers: { authorization: `Bearer ${token.body.accessToken}` },
    })
    expect(read.status).toBe(404)
    const opened = { ...source, sourceRepoId: 'ada/open' }
    const copy = { type: 'copyFile', path: 'copy.txt', xetHash: await hashOf('a.txt'), mtime: 1700000000123, ...opened }
    expect((await batch(bob, 'bob/mine', [copy])).body).toMatchObject({ success: true, succeeded: 1 })
    const bytes = await fetch(`${server.url}/buckets/bob/mine/resolve/copy.txt`)
    expect(await bytes.text()).toBe('hello')
  })

  it('carries out what it can of a batch, deletions last, and can be sent twice', async () => {
    const xetHash = await hashOf('a.txt')
    const source = { sourceRepoType: 'bucket', sourceRepoId: 'ada/open' }
    const mixed = [
      { type: 'deleteFile', path: 'x.txt' },
      { type: 'copyFile', path: 'x.txt', xetHash, ...source },
      { type: 'addFile', path: 'y.txt', xetHash },
      { type: 'addFile', path: '../up.txt', xetHash },
      { type: 'addFile', path: 'late.txt', xetHash, mtime: 1e18 },
      { type: 'addFile', path: 'bogus.txt', xetHash: '1'.repeat(64) },
      { type: 'addFile', path: 'empty.txt', xetHash: '0'.repeat(64) },
    ]
    for (let round = 0; round < 2; round += 1) {
      const answer = await batch(ada, 'ada/open', mixed)
      expect(answer.status).toBe(200)
      expect(answer.body.failed.map((one) => one.path)).toEqual(['../up.txt', 'late.txt', 'bogus.txt'])
    }
    const info = await call(null, 'GET', '/api/buckets/ada/open')
    expect(info.body).toMatchObject({ size: 19, totalFiles: 6 })
    expect(await (await fetch(`${server.url}/buckets/ada/open/resolve/empty.txt`)).text()).toBe('')
    await batch(
      ada,
      'ada/open',
      ['y.txt', 'empty.txt'].map((path) => ({ type: 'deleteFile', path })),
    )
    expect((await call(null, 'GET', '/api/buckets/ada/open')).body).toMatchObject({ size: 14, totalFiles: 4 })
    expect((await batch(ada, 'ada/open', [{ type: 'rename' }])).status).toBe(400)
    const many = Array.from({ length: 1001 }, (_, n) => ({ type: 'deleteFile', path: `${n}` }))
    expect((await batch(ada, 'ada/open', many)).status).toBe(400)
  })

  it('tells followers what changed, from a time or a cursor on', async () => {
    const before = await call<{ updatedAt: string }>(null, 'GET', '/api/buckets/ada/open')
    const follow = await openFeed(`${server.url}/api/buckets/ada/open/events?since=${before.body.updatedAt}`)
    expect((await follow.until('ready')).cursor).toMatch(/\.\d+$/)
    await batch(ada, 'ada/open', [{ type: 'addFile', path: 'new.txt', xetHash: await hashOf('a.txt') }])
    const { cursor, changes } = await follow.until('changes')
    expect(changes).toMatchObject([{ path: 'new.txt', op: 'add', size: 5 }])
    await follow.close()
    await batch(ada, 'ada/open', [{ type: 'deleteFile', path: 'new.txt' }])
    const again = await openFeed(`${server.url}/api/buckets/ada/open/events?cursor=${cursor}`)
    expect((await again.until('changes')).changes).toEqual([{ path: 'new.txt', op: 'delete' }])
    await again.close()
    for (const wrong of ['cursor=000000000000000000000000.1', 'cursor=x', 'since=yesterday'])
      expect((await fetch(`${server.url}/api/buckets/ada/open/events?${wrong}`)).status).toBe(400)
  })

  it('keeps changes for a while, then tells followers to list again', async () => {
    const info = await call<{ _id: string; updatedAt: string }>(null, 'GET', '/api/buckets/ada/open')
    const { kit } = server.running
    const inFuture = new Date(Date.now() + 60_000)
    while ((await kit.write((tx) => pruneBuckets(tx, inFuture, 2))) > 0);
    const feed = `${server.url}/api/buckets/ada/open/events`
    for (const [resume, event] of [
      [`cursor=${info.body._id}.0`, 'reset'],
      ['since=2020-01-01T00:00:00.000Z', 'reset'],
      [`since=${info.body.updatedAt}`, 'ready'],
      ['', 'ready'],
    ] as const) {
      const follow = await openFeed(`${feed}?${resume}`)
      await follow.until(event)
      await follow.close()
    }
  })

  it('renames with a redirect, changes visibility, deletes', async () => {
    await call(ada, 'POST', '/api/buckets/ada/old', { visibility: 'private' })
    expect((await call(ada, 'GET', '/api/buckets/ADA/Old')).body).toMatchObject({ private: true })
    const taken = await call(ada, 'POST', '/api/buckets/ada/old', {})
    expect([taken.status, taken.body]).toMatchObject([409, { url: `${server.url}/buckets/ada/old` }])
    const move = (toRepo: string) =>
      call(ada, 'POST', '/api/repos/move', { fromRepo: 'ada/old', toRepo, type: 'bucket' })
    expect((await move('ada/open')).status).toBe(409)
    expect((await move('bob/new')).status).toBe(403)
    expect((await move('ada/new')).body).toMatchObject({ url: `${server.url}/buckets/ada/new` })
    const old = await call(ada, 'GET', '/api/buckets/ada/old/tree?recursive=false')
    expect([old.status, old.headers.get('location')]).toEqual([307, '/api/buckets/ada/new/tree?recursive=false'])
    expect((await call(ada, 'DELETE', '/api/buckets/ada/old')).status).toBe(404)
    await call(ada, 'PUT', '/api/buckets/ada/new/settings', { private: false })
    expect((await call(null, 'GET', '/api/buckets/ada/new')).body).toMatchObject({ private: false })
    await deleteRepo({ ...as(ada), repo: { type: 'bucket', name: 'ada/new' } })
    expect((await call(ada, 'GET', '/api/buckets/ada/new')).status).toBe(404)
    expect((await call(ada, 'GET', '/api/buckets/ada/old')).status).toBe(404)
  })

  it('[S5] copies large files of repositories only for who may read them', async () => {
    // The same bytes were sent to the Xet store before, so the repository's file has a Xet name.
    const weights = 'w'.repeat(40_000)
    await upload('closed', { 'w.bin': weights })
    await createRepo({ ...as(ada), repo: 'ada/from', private: true })
    const operations = [{ operation: 'addOrUpdate' as const, path: 'w.bin', content: new Blob([weights]) }]
    await commit({ ...as(ada), repo: 'ada/from', title: 'w', operations })
    const found = await call<{ xetHash: string }[]>(ada, 'POST', '/api/models/ada/from/paths-info/main', {
      paths: ['w.bin'],
    })
    const copy = {
      type: 'copyFile',
      path: 'w.bin',
      xetHash: found.body[0]?.xetHash,
      sourceRepoType: 'model',
      sourceRepoId: 'ada/from',
    }
    expect((await batch(ada, 'ada/open', [copy])).body.success).toBe(true)
    expect((await batch(bob, 'bob/mine', [copy])).status).toBe(422)
    const bytes = await fetch(`${server.url}/buckets/ada/open/resolve/w.bin`)
    expect((await bytes.text()) === weights).toBe(true)
  })

  /** Reads server-sent events until one with a name. */
  async function openFeed(url: string) {
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (name: string): Promise<{ cursor: string; changes: unknown[] }> => {
      for (;;) {
        const match = new RegExp(`event: ${name}\ndata: (.*)\n\n`).exec(text)
        if (match) {
          text = text.slice(match.index + match[0].length)
          return JSON.parse(match[1] as string)
        }
        const part = await reader.read()
        if (part.done) throw new Error(`the stream ended before ${name}`)
        text += part.value
      }
    }
    return { until, close: () => reader.cancel() }
  }
})
