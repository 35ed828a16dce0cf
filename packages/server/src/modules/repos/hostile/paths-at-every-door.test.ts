import { createConnection } from 'node:net'
import { encodeCommit, encodeTree, hashObject } from '@stoa/git'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pushBody, sealPack, wholeEntry } from './packs.suite.js'

/** Paths that must not stand anywhere, and the rule that git's fsck has for their worst segment. */
const BAD_PATHS: readonly (readonly [path: string, rule: string | null])[] = [
  ['../x', 'hasDotdot'],
  ['a/../../x', 'hasDotdot'],
  ['./x', 'hasDot'],
  ['/etc/passwd', null],
  ['a//b', null],
  ['..\\x', 'backslash'],
  ['a\\..\\..\\x', 'backslash'],
  ['.git/config', 'hasDotgit'],
  ['a/.GIT/hooks/post-checkout', 'hasDotgit'],
  ['.git./x', 'hasDotgit'],
  ['.git /x', 'hasDotgit'],
  ['git~1/x', 'hasDotgit'],
  ['GIT~1/x', 'hasDotgit'],
  ['.git::$INDEX_ALLOCATION/x', 'hasDotgit'],
  ['.g\u200cit/x', 'hasDotgit'],
  ['.\ufeffgit/x', 'hasDotgit'],
  ['a\u0000b', null],
  ['a\nb', 'controlCharacter'],
  ['a\u001b[2Jb', 'controlCharacter'],
  ['a\u007f', 'controlCharacter'],
  ['\ud800', null],
  ['x'.repeat(256), 'largePathname'],
  ['', null],
]

describe('hostile paths at every door', () => {
  let server: TestServer
  let mallory: Person
  beforeAll(async () => {
    server = await startTestServer()
    mallory = await join(server, 'mallory')
    expect((await mallory.ask('POST', '/api/repos/create', { name: 'r' })).status).toBe(200)
    expect((await mallory.ask('POST', '/api/buckets/mallory/b', {})).status).toBe(200)
  })
  afterAll(() => server.stop())

  const bearer = () => ({ authorization: `Bearer ${mallory.token}` })
  const commit = async (...lines: object[]): Promise<{ status: number; text: string; code: string | null }> => {
    const all = [{ key: 'header', value: { summary: 'x' } }, ...lines]
    return await textOf(
      await fetch(`${server.url}/api/models/mallory/r/commit/main`, {
        method: 'POST',
        headers: { ...bearer(), 'content-type': 'application/x-ndjson' },
        body: all.map((line) => JSON.stringify(line)).join('\n'),
      }),
    )
  }
  const textOf = async (answer: Response) => ({
    status: answer.status,
    text: await answer.text(),
    code: answer.headers.get('x-error-code'),
  })
  const file = (path: string, text = 'x') => ({ key: 'file', value: { path, content: btoa(text), encoding: 'base64' } })

  /** Pushes one commit of a tree whose only entry lies at `path`, past every client. */
  async function pushTree(entry: { mode: string; name: string; data: Buffer }, ref: string) {
    const objects: [Parameters<typeof hashObject>[0], Buffer][] = [['blob', entry.data]]
    const oid = hashObject('blob', entry.data)
    const tree = encodeTree([{ mode: entry.mode, name: entry.name, oid }])
    const who = { name: 'M', email: 'm@example.org', seconds: 1, zone: '+0000' }
    const data = encodeCommit({
      tree: hashObject('tree', tree),
      parents: [],
      author: who,
      committer: who,
      message: 'x',
    })
    objects.push(['tree', tree], ['commit', data])
    const pack = sealPack(objects.map(([type, content]) => wholeEntry(type, content)))
    return await textOf(
      await fetch(`${server.url}/mallory/r/git-receive-pack`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`x:${mallory.token}`)}` },
        body: pushBody(hashObject('commit', data), pack, ref) as Buffer<ArrayBuffer>,
      }),
    )
  }

  it.each(BAD_PATHS)('[S5] no door takes %j', async (path, rule) => {
    const said = await commit(file(path))
    expect([said.status, said.code], said.text).toEqual([422, 'InvalidPath'])
    const copied = await commit({ key: 'copyFile', value: { path, srcPath: '.gitattributes' } })
    expect([copied.status, copied.code]).toEqual([422, 'InvalidPath'])
    const large = await commit({ key: 'lfsFile', value: { path, algo: 'sha256', oid: 'a'.repeat(64) } })
    expect([large.status, large.code]).toEqual([422, 'InvalidPath'])
    const preupload = await fetch(`${server.url}/api/models/mallory/r/preupload/main`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ files: [{ path, size: 1, sample: 'eA==' }] }),
    })
    expect(preupload.status).toBe(422)
    const batch = await fetch(`${server.url}/api/buckets/mallory/b/batch`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/x-ndjson' },
      body: JSON.stringify({ type: 'addFile', path, xetHash: '0'.repeat(64) }),
    })
    expect([batch.status, ((await batch.json()) as { succeeded?: number }).succeeded ?? 0]).toEqual([422, 0])
    if (rule === null) return
    const name = path.split('/').find((part) => part !== 'a') ?? path
    const pushed = await pushTree({ mode: '100644', name, data: Buffer.from('x') }, 'refs/heads/bad')
    expect(pushed.text).toMatch(/unpack tree [0-9a-f]{40}: contains the file name/)
    expect(pushed.text).toContain('ng refs/heads/bad unpacker error')
  })

  it('reads only what is there, whatever the address says', async () => {
    for (const path of [
      '..%2f..%2f..%2fetc%2fpasswd',
      '%2e%2e/%2e%2e/etc/passwd',
      '..%5c..%5cetc',
      '%2fetc%2fpasswd',
      '.git/config',
      'a%00b',
      '%ff%fe',
      '....//....//etc/passwd',
    ]) {
      for (const door of ['resolve/main', 'raw/main']) {
        const answer = await request(`/mallory/r/${door}/${path}`)
        expect(answer, path).toMatch(/^HTTP\/1\.1 (400|404) /)
      }
      expect(await request(`/api/models/mallory/r/tree/main/${path}`), path).toMatch(/^HTTP\/1\.1 (400|404) /)
      expect(await request(`/buckets/mallory/b/resolve/${path}`), path).toMatch(/^HTTP\/1\.1 (400|404) /)
    }
  })

  it('keeps one name a folder, whatever its case or form', async () => {
    expect((await commit(file('Read'), file('dir/A'))).status).toBe(200)
    for (const path of ['read', 'DIR/b', 'dir/a']) {
      const said = await commit(file(path))
      expect([said.status, said.code], path).toEqual([422, 'GitObjectRefused'])
    }
    const both = await commit(file('\u00e9'), file('e\u0301'))
    expect([both.status, both.code]).toEqual([422, 'GitObjectRefused'])
  })

  it('shows a symbolic link as its text and follows it nowhere', async () => {
    for (const [name, target] of [
      ['README.md', '../../../../etc/passwd'],
      ['config.json', '/etc/hostname'],
      ['folder', '/etc'],
    ] as const) {
      const ref = `refs/heads/link-${name.replace('.', '')}`
      const taken = await pushTree({ mode: '120000', name, data: Buffer.from(target) }, ref)
      expect(taken.text).toContain(`ok ${ref}`)
      const branch = ref.slice('refs/heads/'.length)
      for (const door of ['resolve', 'raw']) {
        const answer = await fetch(`${server.url}/mallory/r/${door}/${branch}/${name}`)
        expect([answer.status, await answer.text()]).toEqual([200, target])
      }
      const inside = await fetch(`${server.url}/mallory/r/resolve/${branch}/${name}/passwd`)
      expect(inside.status).toBe(404)
      const tree = await fetch(`${server.url}/api/models/mallory/r/tree/${branch}?recursive=true`)
      expect(await tree.json()).toMatchObject([{ type: 'file', path: name, size: target.length }])
      const info = await fetch(`${server.url}/api/models/mallory/r/revision/${branch}`)
      expect([info.status, JSON.stringify(await info.json())]).toEqual([200, expect.not.stringContaining('root:')])
    }
    const through = await fetch(`${server.url}/api/models/mallory/r/commit/link-folder`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/x-ndjson' },
      body: [{ key: 'header', value: { summary: 'x' } }, file('folder/x')].map((l) => JSON.stringify(l)).join('\n'),
    })
    expect([through.status, through.headers.get('x-error-code')]).toEqual([422, 'InvalidPath'])
  })

  it('refuses headers over 32 KiB, endless ones, and lines that are none, without a word about itself', async () => {
    expect(await request('/api/models', `X-Long: ${'x'.repeat(33 * 1024)}\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await request(`/${'a'.repeat(40 * 1024)}`)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await request('/api/models', Array.from({ length: 3000 }, (_, at) => `x-${at}: y\r\n`).join(''))).toMatch(
      /^HTTP\/1\.1 (431|200) /,
    )
    expect(await request('/api/models', 'no colon\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await request('/api/models', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    )
    expect(await request('/api/models')).toMatch(/^HTTP\/1\.1 200 /)
  })

  /** The first bytes of the answer to a request written by hand, whose path no client has tidied. */
  function request(path: string, headers = ''): Promise<string> {
    const { hostname, port } = new URL(server.url)
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: hostname, port: Number(port) }, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n${headers}Connection: close\r\n\r\n`)
      })
      let text = ''
      socket.on('data', (data: Buffer) => {
        text += data.toString('latin1')
      })
      socket.on('close', () => resolve(text))
      socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)))
    })
  }
})
