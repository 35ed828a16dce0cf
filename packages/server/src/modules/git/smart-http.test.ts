import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitServer, openGitServer } from './git-server.suite.js'

let server: GitServer
let count = 0
beforeAll(async () => {
  server = await openGitServer()
})
afterAll(() => server.close())

/** A repository with `commits` commits of a few files, pushed by Ada. */
async function pushedRepo(commits = 5): Promise<{ name: string; id: string; work: string; remote: string }> {
  const name = `repo-${++count}`
  const id = await server.addNamedRepo(name)
  const work = server.folder(`work-${name}`)
  const remote = server.remote(`ada/${name}`, 'ada-write')
  await server.git(work, 'init', '-q', '-b', 'main')
  for (let at = 1; at <= commits; at++) await commitFile(work, `dir-${at % 3}/file-${at}.txt`, `content ${at}\n`)
  await server.git(work, 'remote', 'add', 'origin', remote)
  await server.git(work, 'push', '-q', '-u', 'origin', 'main')
  return { name, id, work, remote }
}

async function commitFile(work: string, path: string, text: string | Buffer): Promise<string> {
  mkdirSync(join(work, path, '..'), { recursive: true })
  writeFileSync(join(work, path), text)
  await server.git(work, 'add', '.')
  await server.git(work, 'commit', '-q', '-m', `Add ${path}`)
  return head(work)
}

const head = async (work: string, rev = 'HEAD'): Promise<string> => (await server.git(work, 'rev-parse', rev)).trim()
const countOf = async (work: string): Promise<number> => Number(await server.git(work, 'rev-list', '--count', 'HEAD'))

async function clone(remote: string, ...args: string[]): Promise<string> {
  const dir = join(server.folder('clones'), `clone-${++count}`)
  await server.git(server.folder('clones'), 'clone', '-q', ...args, remote, dir)
  await server.git(dir, 'fsck', '--strict', '--no-dangling')
  return dir
}

describe('[C1] clone and push with the unmodified git', () => {
  it('gives back what was pushed, over every protocol version', async () => {
    const { name, work, remote } = await pushedRepo()
    for (const version of ['0', '1', '2']) {
      const copy = await clone(server.remote(`ada/${name}.git`), '-c', `protocol.version=${version}`)
      expect(await head(copy)).toBe(await head(work))
      expect(readFileSync(join(copy, 'dir-1/file-4.txt'), 'utf8')).toBe('content 4\n')
      await commitFile(work, `more-${version}.txt`, version)
      await server.git(work, 'push', '-q', 'origin', 'main')
      await server.git(copy, '-c', `protocol.version=${version}`, 'pull', '-q', '--ff-only')
      expect(await head(copy)).toBe(await head(work))
      await server.git(copy, 'fsck', '--strict')
    }
    expect(await server.git(work, 'ls-remote', remote)).toContain(`${await head(work)}\tHEAD`)
    expect(server.pushed.at(-1)).toMatchObject({ ref: 'refs/heads/main', after: await head(work), actorId: 'ada' })
  })

  it('sends everything of a history that goes back to an earlier tree', async () => {
    const { work, remote } = await pushedRepo(1)
    writeFileSync(join(work, 'data.txt'), 'data')
    await commitFile(work, 'README.md', 'one')
    await commitFile(work, 'README.md', 'two')
    await server.git(work, 'revert', '--no-edit', 'HEAD')
    await server.git(work, 'push', '-q')
    const copy = await clone(remote)
    expect(await head(copy)).toBe(await head(work))
  })

  it('answers an empty repository', async () => {
    await server.addNamedRepo('empty')
    const copy = await clone(server.remote('ada/empty'))
    expect(await server.git(copy, 'symbolic-ref', 'HEAD')).toContain('refs/heads/main')
    expect(await server.gitFails(copy, 'clone', '-q', server.remote('ada/missing', 'ada-write'))).toContain('not found')
  })

  it('cuts and restores history', async () => {
    const { name, work } = await pushedRepo(12)
    const copy = await clone(server.remote(`ada/${name}`), '--depth', '2')
    expect(await countOf(copy)).toBe(2)
    await server.git(copy, 'fetch', '-q', '--depth', '4')
    expect(await countOf(copy)).toBe(4)
    await server.git(copy, 'fetch', '-q', '--deepen', '3')
    expect(await countOf(copy)).toBe(7)
    await commitFile(work, 'new.txt', 'new')
    await server.git(work, 'push', '-q')
    await server.git(copy, 'pull', '-q', '--ff-only')
    expect(await countOf(copy)).toBe(8)
    await server.git(copy, 'fetch', '-q', '--unshallow')
    expect(await countOf(copy)).toBe(13)
    expect(existsSync(join(copy, '.git/shallow'))).toBe(false)
    await server.git(copy, 'fsck', '--strict')
    const since = await clone(server.remote(`ada/${name}`), '-c', 'protocol.version=0', '--depth', '3')
    expect(await countOf(since)).toBe(3)
    await server.git(since, 'tag', 'old', 'HEAD~2')
    const exclude = await clone(server.remote(`ada/${name}`), '--shallow-since=2001-01-01')
    expect(await countOf(exclude)).toBe(13)
  })

  it('pushes from a shallow clone', async () => {
    const { name, remote } = await pushedRepo()
    const copy = await clone(remote, '--depth', '1')
    await commitFile(copy, 'shallow.txt', 'x')
    await server.git(copy, 'push', '-q')
    expect(await countOf(await clone(server.remote(`ada/${name}`)))).toBe(6)
  })

  it('leaves blobs or trees out and brings them later', async () => {
    const { name, work } = await pushedRepo()
    for (const filter of ['blob:none', 'tree:0', 'blob:limit=5']) {
      const copy = await clone(server.remote(`ada/${name}`), `--filter=${filter}`, '--no-checkout')
      const missing = await server.git(copy, 'rev-list', '--objects', '--missing=print', 'HEAD')
      expect(missing, filter).toMatch(/^\?/m)
      await server.git(copy, 'checkout', '-q', 'main')
      expect(readFileSync(join(copy, 'dir-2/file-5.txt'), 'utf8')).toBe('content 5\n')
      expect(await server.git(copy, 'log', '-p', '--format=%s')).toContain('+content 1')
    }
    await commitFile(work, 'later.txt', 'later')
  })

  it('moves tags and branches, and deletes them', async () => {
    const { name, work, remote } = await pushedRepo()
    await server.git(work, 'tag', '-a', 'v1', '-m', 'one')
    await server.git(work, 'tag', 'light', 'HEAD~1')
    await server.git(work, 'tag', 'key', 'HEAD:dir-1/file-1.txt')
    await server.git(work, 'push', '-q', 'origin', 'v1', 'light', 'key', 'HEAD~2:refs/heads/feature/x')
    const copy = await clone(server.remote(`ada/${name}`))
    expect(await server.git(copy, 'describe')).toContain('v1')
    expect(await server.git(copy, 'branch', '-r')).toContain('origin/feature/x')
    const only = await clone(server.remote(`ada/${name}`), '--single-branch', '--branch', 'feature/x')
    expect(await countOf(only)).toBe(3)
    expect(await server.gitFails(work, 'push', 'origin', 'HEAD:refs/heads/feature')).toContain(
      "cannot lock ref 'refs/heads/feature'",
    )
    await server.git(work, 'push', '-q', 'origin', ':feature/x', ':v1')
    expect(await server.git(work, 'ls-remote', remote)).not.toMatch(/feature|v1/)
    expect(await server.gitFails(work, 'push', 'origin', ':main')).toContain(
      'deletion of the current branch prohibited',
    )
  })

  it('refuses what is not a fast forward, and takes it by force', async () => {
    const { work, remote } = await pushedRepo()
    const other = await clone(remote)
    await commitFile(work, 'a.txt', 'a')
    await server.git(work, 'push', '-q')
    await commitFile(other, 'b.txt', 'b')
    expect(await server.gitFails(other, 'push')).toMatch(/\[rejected\].*fetch first/)
    await server.git(other, 'push', '-q', '--force')
    expect(await server.git(work, 'ls-remote', remote, 'main')).toContain(await head(other))
  })

  it('lets exactly one of racing pushes win and says why', async () => {
    const { work, remote, name } = await pushedRepo()
    const copies = await Promise.all([0, 1, 2, 3].map(() => clone(remote)))
    await Promise.all(copies.map((copy, at) => commitFile(copy, `race-${at}.txt`, `${at}`)))
    const results = await Promise.allSettled(copies.map((copy) => server.git(copy, 'push')))
    const winners = results.flatMap((result, at) => (result.status === 'fulfilled' ? [at] : []))
    expect(winners).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected')
        expect(String(result.reason.stderr)).toMatch(/cannot lock ref|fetch first|failed to update ref/)
    }
    const winner = await head(copies[winners[0] ?? 0] ?? work)
    expect(await head(await clone(server.remote(`ada/${name}`)))).toBe(winner)
  })

  it('pushes all refs or none when asked', async () => {
    const { work, remote } = await pushedRepo()
    const before = await server.git(work, 'ls-remote', remote)
    const text = await server.gitFails(work, 'push', '--atomic', 'origin', 'HEAD:refs/heads/ok', 'HEAD:refs/strange/x')
    expect(text).toContain('deny updating a hidden ref')
    expect(await server.git(work, 'ls-remote', remote)).toBe(before)
  })

  it('reads and updates refs of pull requests, and reads conversions', async () => {
    const { id, work, name } = await pushedRepo()
    const tip = await head(work)
    const refs = ['refs/pr/1', 'refs/convert/parquet'].map((ref) => ({ name: ref, old: null, new: tip }))
    await server.kit.write((tx) => server.store.updateRefs(tx, id, refs))
    const copy = await clone(server.remote(`ada/${name}`))
    await server.git(copy, 'fetch', '-q', 'origin', 'refs/pr/1:pr-1', 'refs/convert/parquet:parquet')
    expect(await head(copy, 'pr-1')).toBe(tip)
    const next = await commitFile(work, 'pr.txt', 'pr')
    await server.git(work, 'push', '-q', 'origin', 'HEAD:refs/pr/1')
    expect((await server.store.findRef(server.kit.db, id, 'refs/pr/1'))?.oid).toBe(next)
    expect(await server.gitFails(work, 'push', 'origin', 'HEAD:refs/pr/2')).toContain('open the pull request first')
    expect(await server.gitFails(work, 'push', 'origin', 'HEAD:refs/convert/parquet')).toContain(
      'deny updating a hidden ref',
    )
  })
})

describe('big pushes', () => {
  it('go into one pack, whole or in part to clones', async () => {
    const name = 'big'
    const id = await server.addNamedRepo(name)
    const work = server.folder('work-big')
    await server.git(work, 'init', '-q', '-b', 'main')
    for (let at = 0; at < 900; at++) {
      mkdirSync(join(work, `d${at % 30}`), { recursive: true })
      writeFileSync(join(work, `d${at % 30}`, `f${at}`), `file ${at} ${'x'.repeat(at)}\n`)
    }
    await server.git(work, 'add', '.')
    await server.git(work, 'commit', '-q', '-m', 'many')
    await server.git(work, 'remote', 'add', 'origin', server.remote(`ada/${name}`, 'ada-write'))
    await server.git(work, 'push', '-q', 'origin', 'main')
    const rows = await server.kit.db.selectFrom('git.objects').select('oid').where('repoId', '=', id).execute()
    expect(rows).toHaveLength(0)
    await clone(server.remote(`ada/${name}`))
    const blobs = async (): Promise<number> => {
      let found = 0
      for await (const blob of server.kit.blobs.list('git/')) found += blob.sizeBytes > 0 ? 1 : 0
      return found
    }
    const before = await blobs()
    const text = await server.gitFails(work, 'push', server.remote('ada/big', 'ada-write'), 'HEAD:refs/pr/7')
    expect(text).toContain('open the pull request first')
    const other = await server.addNamedRepo('big-refused')
    const refused = await server.gitFails(work, 'push', server.remote('ada/big-refused', 'ada-write'), 'HEAD:refs/pr/7')
    expect(refused).toContain('open the pull request first')
    expect([await blobs(), (await server.reader.packsOf(other)).length]).toEqual([before, 0])
    await commitFile(work, 'd3/f3', 'changed')
    await server.git(work, 'push', '-q', 'origin', 'main')
    const copy = await clone(server.remote(`ada/${name}`))
    expect(readFileSync(join(copy, 'd3/f3'), 'utf8')).toBe('changed')
    const shallow = await clone(server.remote(`ada/${name}`), '--depth', '1')
    expect(await countOf(shallow)).toBe(1)
    const partial = await clone(server.remote(`ada/${name}`), '--filter=blob:none', '--sparse')
    expect(
      readFileSync(join(await clone(server.remote(`ada/${name}`), '-c', 'protocol.version=0'), 'd7/f7'), 'utf8'),
    ).toContain('file 7')
    expect(await countOf(partial)).toBe(2)
  })
})
