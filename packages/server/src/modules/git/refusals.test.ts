import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import {
  encodeCommit,
  encodeEntryHeader,
  encodeLfsPointer,
  encodePack,
  encodePackHeader,
  encodeTree,
  hashObject,
  PACK_TYPE,
  pkt,
  PackHash,
} from '@stoa/git'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitServer, openGitServer } from './git-server.suite.js'

const NULL_OID = '0'.repeat(40)
const who = { name: 'Eve', email: 'eve@example.org', seconds: 1_700_000_000, zone: '+0000' }
let server: GitServer
let count = 0
beforeAll(async () => {
  server = await openGitServer()
})
afterAll(() => server.close())

async function newWork(name: string): Promise<string> {
  const work = server.folder(`work-${++count}`)
  await server.git(work, 'init', '-q', '-b', 'main')
  await server.git(work, 'remote', 'add', 'origin', server.remote(name, 'ada-write'))
  return work
}

async function commitFile(work: string, path: string, data: string | Buffer): Promise<void> {
  writeFileSync(join(work, path), data)
  await server.git(work, 'add', '.')
  await server.git(work, 'commit', '-q', '-m', path)
}

const basic = (password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`x:${password}`).toString('base64')}`,
})
const ask = (path: string, password?: string, service = 'git-upload-pack') =>
  fetch(`${server.url}/${path}/info/refs?service=${service}`, {
    headers: password === undefined ? {} : basic(password),
  })

describe('who may fetch and push', () => {
  beforeAll(async () => {
    await server.addNamedRepo('secret', { visibility: 'private' })
    await server.addNamedRepo('open')
    await server.addNamedRepo('data', { type: 'dataset' })
  })

  it('answers private and missing alike: a password for the anonymous, nothing for strangers', async () => {
    for (const path of ['ada/secret', 'ada/secret.git', 'ada/nothing', 'nobody/nothing.git', 'datasets/ada/secret']) {
      const anonymous = await ask(path)
      expect([anonymous.status, anonymous.headers.get('www-authenticate'), await anonymous.text()], path).toEqual([
        401,
        'Basic realm="Stoa"',
        'Repository not found\n',
      ])
      const stranger = await ask(path, 'bob-write')
      expect([stranger.status, await stranger.text()], path).toEqual([404, 'Repository not found\n'])
    }
    expect((await ask('ada/secret', 'ada-read')).status).toBe(200)
    expect((await ask('ada/secret', 'wrong')).status).toBe(401)
    expect((await ask('datasets/ada/data')).status).toBe(200)
    expect((await ask('ada/data')).status).toBe(401)
  })

  it('guards the bodies like the doors', async () => {
    for (const service of ['git-upload-pack', 'git-receive-pack']) {
      const post = (password: string) =>
        fetch(`${server.url}/ada/secret/${service}`, { method: 'POST', headers: basic(password), body: '0000' })
      expect((await post('bob-write')).status).toBe(404)
    }
    const push = (password?: string) =>
      fetch(`${server.url}/ada/open/git-receive-pack`, {
        method: 'POST',
        headers: password ? basic(password) : {},
        body: '0000',
      })
    expect((await push()).status).toBe(401)
    expect((await push('bob-write')).status).toBe(403)
    expect((await push('ada-read')).status).toBe(403)
    expect((await push('ada-write')).status).toBe(200)
  })

  it('lets only writers push', async () => {
    const work = await newWork('ada/open')
    await commitFile(work, 'a.txt', 'a')
    for (const password of ['ada-read', 'bob-write', undefined]) {
      const text = await server.gitFails(work, 'push', server.remote('ada/open', password), 'main')
      expect(text, password).toMatch(/403|Authentication failed|could not read Username/)
    }
    expect((await ask('ada/open', undefined, 'git-receive-pack')).status).toBe(401)
    await server.git(work, 'push', '-q', 'origin', 'main')
  })

  it('speaks smart HTTP only', async () => {
    const dumb = await fetch(`${server.url}/ada/open/info/refs`)
    expect(dumb.status).toBe(400)
    expect((await ask('ada/open', undefined, 'git-shell')).status).toBe(400)
  })
})

describe('wants', () => {
  it('come from visible history only', async () => {
    const id = await server.addNamedRepo('wants')
    const work = await newWork('ada/wants')
    await commitFile(work, 'a.txt', 'kept')
    await server.git(work, 'push', '-q', 'origin', 'main')
    await commitFile(work, 'b.txt', 'withdrawn')
    await server.git(work, 'push', '-q', 'origin', 'main')
    const withdrawn = (await server.git(work, 'rev-parse', 'HEAD', 'HEAD:b.txt', 'HEAD^{tree}')).trim().split('\n')
    const kept = (await server.git(work, 'rev-parse', 'HEAD~1:a.txt', 'HEAD~1^{tree}', 'HEAD~1')).trim().split('\n')
    await server.git(work, 'push', '-q', '-f', 'origin', 'HEAD~1:main')
    expect((await server.store.hasObjects(id, withdrawn)).size).toBe(3)
    const other = await server.addNamedRepo('other')
    const fetchOne = async (name: string, oid: string): Promise<string> => {
      const lines = [pkt('command=fetch'), Buffer.from('0001'), pkt(`want ${oid}`), pkt('done'), Buffer.from('0000')]
      const response = await fetch(`${server.url}/ada/${name}/git-upload-pack`, {
        method: 'POST',
        headers: { 'git-protocol': 'version=2' },
        body: Buffer.concat(lines),
      })
      return Buffer.from(await response.arrayBuffer()).toString('latin1')
    }
    for (const oid of withdrawn) expect(await fetchOne('wants', oid)).toContain(`ERR upload-pack: not our ref ${oid}`)
    for (const oid of kept) {
      expect(await fetchOne('wants', oid)).toContain('PACK')
      expect(await fetchOne('other', oid)).toContain('not our ref')
    }
    expect((await server.store.hasObjects(other, kept)).size).toBe(0)
    expect(await fetchOne('wants', 'x')).toContain('ERR an object id is malformed')
  })
})

describe('hostile bodies', () => {
  beforeAll(() => server.addNamedRepo('target'))
  const post = (body: Uint8Array, headers: Record<string, string> = {}, service = 'git-receive-pack') =>
    fetch(`${server.url}/ada/target/${service}`, {
      method: 'POST',
      headers: { ...basic('ada-write'), ...headers },
      body: body as Uint8Array<ArrayBuffer>,
    })
  const pushed = async (oid: string, pack: Buffer, ref = 'refs/heads/main'): Promise<string> => {
    const command = pkt(`${NULL_OID} ${oid} ${ref}\0 report-status`)
    const response = await post(Buffer.concat([command, Buffer.from('0000'), pack]))
    return Buffer.from(await response.arrayBuffer()).toString('latin1')
  }
  const refs = async () => (await ask('ada/target', 'ada-write')).text()

  it('refuses gzip bombs, foreign encodings and torn streams', async () => {
    const bomb = gzipSync(Buffer.alloc(30 * 1024 * 1024))
    expect((await post(bomb, { 'content-encoding': 'gzip' }, 'git-upload-pack')).status).toBe(413)
    expect((await post(Buffer.from('junk'), { 'content-encoding': 'gzip' }, 'git-upload-pack')).status).toBe(400)
    expect((await post(Buffer.from('0000'), { 'content-encoding': 'br' }, 'git-upload-pack')).status).toBe(415)
    expect((await post(Buffer.from('00zz'))).status).toBe(400)
    expect((await post(pkt(`${NULL_OID} ${'a'.repeat(40)} refs/heads/main\0 report-status`))).status).toBe(400)
    expect((await post(Buffer.from('zzzz'), { 'git-protocol': 'version=2' }, 'git-upload-pack')).status).toBe(200)
  })

  it('refuses objects that git fsck refuses, and keeps nothing of them', async () => {
    const blob = { type: 'blob' as const, data: Buffer.from('x') }
    const oid = hashObject('blob', blob.data)
    const entry = (mode: string, name: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])
    const trees = {
      hasDotdot: entry('100644', '..'),
      hasDotgit: entry('100644', '.GIT'),
      backslash: entry('100644', 'a\\b'),
      unsorted: Buffer.concat([entry('100644', 'b'), entry('100644', 'a')]),
    }
    for (const [name, tree] of Object.entries(trees)) {
      const data = encodeCommit({
        tree: hashObject('tree', tree),
        parents: [],
        author: who,
        committer: who,
        message: 'x',
      })
      const pack = encodePack([blob, { type: 'tree', data: tree }, { type: 'commit', data }])
      const text = await pushed(hashObject('commit', data), pack)
      expect(text, name).toContain(`unpack tree ${hashObject('tree', tree)}: `)
      expect(text, name).toContain('ng refs/heads/main unpacker error')
    }
    const missing = encodeCommit({
      tree: hashObject('tree', Buffer.from('no')),
      parents: [],
      author: who,
      committer: who,
      message: 'x',
    })
    expect(await pushed(hashObject('commit', missing), encodePack([{ type: 'commit', data: missing }]))).toContain(
      'ng refs/heads/main',
    )
    expect(await pushed('b'.repeat(40), encodePack([blob]))).toContain('ng refs/heads/main missing necessary objects')
    expect(await pushed(oid, encodePack([blob]))).toContain('ng refs/heads/main invalid object specified')
    expect(await refs()).not.toContain('refs/heads')
  })

  it('refuses a push that names a stored file as submodule file when git fsck would not have that', async () => {
    const trap = { type: 'blob' as const, data: Buffer.from('[submodule "a"]\n\turl = -u./payload\n') }
    const named = (name: string, ...more: (typeof trap)[]): { oid: string; pack: Buffer } => {
      const tree = encodeTree([{ mode: '100644', name, oid: hashObject('blob', trap.data) }])
      const facts = { tree: hashObject('tree', tree), parents: [], author: who, committer: who, message: name }
      const data = encodeCommit(facts)
      const pack = encodePack([...more, { type: 'tree', data: tree }, { type: 'commit', data }])
      return { oid: hashObject('commit', data), pack }
    }
    const first = named('notes.txt', trap)
    expect(await pushed(first.oid, first.pack, 'refs/heads/notes')).toContain('ok refs/heads/notes')
    const second = named('.gitmodules')
    const command = pkt(`${NULL_OID} ${second.oid} refs/heads/trap\0 report-status side-band-64k`)
    const response = await post(Buffer.concat([command, Buffer.from('0000'), second.pack]))
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
    expect(text).toContain('ng refs/heads/trap pre-receive hook declined')
    expect(text).toContain(`blob ${hashObject('blob', trap.data)}: disallowed submodule url`)
    expect(await refs()).not.toContain('refs/heads/trap')
    const third = named('modules.txt')
    expect(await pushed(third.oid, third.pack, 'refs/heads/modules')).toContain('ok refs/heads/modules')
  })

  it('takes refs as data, never as options', async () => {
    const tree = { type: 'tree' as const, data: encodeTree([]) }
    const data = encodeCommit({
      tree: hashObject('tree', tree.data),
      parents: [],
      author: who,
      committer: who,
      message: 'x',
    })
    const pack = encodePack([tree, { type: 'commit', data }])
    const oid = hashObject('commit', data)
    for (const ref of [
      'refs/heads/a b',
      'refs/heads/../x',
      'refs/heads/a\nb',
      'HEAD',
      'refs/heads/x.lock',
      `refs/heads/${'a'.repeat(40)}`,
      'refs/heads/HEAD',
    ]) {
      expect(await pushed(oid, pack, ref), ref).toMatch(/ng .* (funny refname|this name is reserved|deny updating)/s)
    }
    expect(await pushed(oid, pack, 'refs/heads/;rm -rf')).toContain('funny refname')
    expect(await pushed(oid, pack, 'refs/heads/-x')).toContain('ok refs/heads/-x')
  })

  it('refuses packs that lie about their size, quickly', async () => {
    const seal = (number: number, ...entries: Buffer[]): Buffer => {
      const hash = new PackHash()
      const parts = [encodePackHeader(number), ...entries].map((part) => hash.pass(part))
      return Buffer.concat([...parts, hash.trailer()])
    }
    const zeros = deflateSync(Buffer.alloc(50_000_000))
    const bomb = Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, 10), zeros])
    expect(await pushed('a'.repeat(40), seal(1, bomb))).toContain('unpack damaged zlib stream')
    expect(await pushed('a'.repeat(40), seal(0xfffffff0))).toContain('unpack a push may hold at most')
    const huge = Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, 2 ** 33), zeros])
    expect(await pushed('a'.repeat(40), seal(1, huge))).toContain('larger than this server takes')
    const pack = encodePack([{ type: 'blob', data: randomBytes(5 * 1024 * 1024) }])
    pack[pack.length - 30]! ^= 1
    expect(await pushed('a'.repeat(40), pack)).toMatch(/unpack (damaged|the checksum)/)
  })
})

describe('large files', () => {
  it('must come by LFS, and pointers must point at something', async () => {
    const id = await server.addNamedRepo('large')
    const work = await newWork('ada/large')
    await commitFile(work, 'weights.bin', randomBytes(10 * 1024 * 1024 + 1))
    const tooLarge = await server.gitFails(work, 'push', 'origin', 'main')
    expect(tooLarge).toContain('files larger than 10 MiB')
    expect(tooLarge).toContain('weights.bin (10.0 MiB)')
    expect(tooLarge).toContain('pre-receive hook declined')
    const content = Buffer.from('large content')
    const oid = createHash('sha256').update(content).digest('hex')
    const second = await newWork('ada/large')
    await commitFile(second, 'weights.bin', encodeLfsPointer({ oid, sizeBytes: content.length }))
    const missing = await server.gitFails(second, 'push', 'origin', 'main')
    expect(missing).toContain('git lfs push --all')
    expect(missing).toContain(oid)
    const at = new Date()
    const object = { oid, sizeBytes: BigInt(content.length), blobKey: `lfs/${oid}`, createdAt: at }
    await server.kit.write((tx) => tx.insertInto('repos.lfsObjects').values(object).execute())
    expect(await server.gitFails(second, 'push', 'origin', 'main')).toContain(oid)
    await server.kit.write((tx) =>
      tx.insertInto('repos.repoLfsObjects').values({ repoId: id, oid, pushedBy: null, pushedAt: at }).execute(),
    )
    await server.git(second, 'push', '-q', 'origin', 'main')
  })

  it('goes through a scratch file and a worker when the pack is big, and refuses a card that cannot be read', async () => {
    await server.addNamedRepo('wide')
    const work = await newWork('ada/wide')
    // The pack is to be big, not git busy with making random bytes smaller.
    await server.git(work, 'config', 'core.compression', '0')
    for (let at = 0; at < 5; at++) writeFileSync(join(work, `part-${at}`), randomBytes(4 * 1024 * 1024))
    writeFileSync(join(work, 'README.md'), '---\nlicense: [mit\n---\n# Hello\n')
    await commitFile(work, 'last', 'x')
    expect(await server.gitFails(work, 'push', 'origin', 'main')).toContain('Invalid metadata in README.md')
    await commitFile(work, 'README.md', '---\nlicense: mit\n---\n# Hello\n')
    await server.git(work, 'push', '-q', 'origin', 'main')
    const copy = join(server.folder('clones'), 'wide')
    await server.git(server.folder('clones'), 'clone', '-q', server.remote('ada/wide'), copy)
    await server.git(copy, 'fsck', '--strict')
  })
})
