import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { promisify } from 'node:util'
import { ask, createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import type { StorageCollection } from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGitStorage } from '../../git/create-store.js'
import { ENV } from '../../git/git-server.suite.js'
import { createGitRoots } from '../../git/roots.js'
import { condemnObjects } from '../../git/queries/garbage.js'
import { lookAtObjects } from '../../git/collect/look-at-objects.js'
import { removeObjects } from '../../git/collect/remove-objects.js'

const run = promisify(execFile)
const HOUR_MS = 3_600_000
const FLOOR_HOURS = 24
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('collecting git objects of repositories that live on', () => {
  const clock = createTestClock(new Date())
  const dir = mkdtempSync(joinPath(tmpdir(), 'stoa-collect-git-'))
  let server: TestServer
  let root: Person
  let ada: Person
  beforeAll(async () => {
    const env = { STOA_STORAGE_FLOOR_HOURS: String(FLOOR_HOURS), STOA_ROLES: 'web' }
    server = await startTestServer({ clock, env })
    root = await joinAsAdmin(server)
    ada = await join(server, 'ada')
  })
  afterAll(async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const git = async (cwd: string, ...args: string[]): Promise<string> =>
    (await run('git', args, { cwd, env: ENV })).stdout.trim()
  const remote = (repo: string): string => `${server.url}/ada/${repo}`.replace('://', `://user:${ada.token}@`)
  const say = <T>(who: Person, method: string, path: string, body?: object) =>
    ask<T>(server.url + path, method, {
      headers: { authorization: `Bearer ${who.token}` },
      ...(body === undefined ? {} : { body }),
    })
  const tally = async (dryRun: boolean) => {
    const started = await say<StorageCollection>(root, 'POST', '/api/v1/platform/storage/collections', { dryRun })
    await server.running.kit.jobs.drained()
    const run = await say<StorageCollection>(root, 'GET', `/api/v1/platform/storage/collections/${started.body.id}`)
    expect(run.body.state).toBe('done')
    return Object.fromEntries(
      run.body.kinds.map(({ kind, waiting, removed }) => [kind, { waiting: waiting.count, removed: removed.count }]),
    )
  }
  const collect = (dryRun = false) => tally(dryRun)
  const parts = () => ({ storage: createGitStorage(server.running.kit), roots: createGitRoots(server.running.kit) })
  const idOf = async (repo: string): Promise<string> => {
    const row = await server.running.kit.db
      .selectFrom('repos.repos')
      .select('id')
      .where('name', '=', repo)
      .executeTakeFirstOrThrow()
    return row.id
  }
  const has = async (repo: string, oids: readonly string[]): Promise<number> =>
    (await parts().storage.store.hasObjects(await idOf(repo), oids)).size
  async function work(repo: string): Promise<string> {
    await say(ada, 'POST', '/api/repos/create', { name: repo })
    const folder = joinPath(dir, repo)
    await git(dir, 'clone', '-q', remote(repo), folder)
    return folder
  }
  async function commitFiles(folder: string, files: Record<string, string>, message: string): Promise<string> {
    for (const [name, text] of Object.entries(files)) writeFileSync(joinPath(folder, name), text)
    await git(folder, 'add', '.')
    await git(folder, 'commit', '-q', '-m', message)
    return git(folder, 'rev-parse', 'HEAD')
  }
  async function fsck(repo: string): Promise<void> {
    const copy = mkdtempSync(joinPath(dir, 'fsck-'))
    await git(copy, 'clone', '-q', '--mirror', remote(repo), 'copy.git')
    await git(joinPath(copy, 'copy.git'), 'fsck', '--strict', '--full')
  }

  it('[C1] takes what a forced push, a deleted branch and a squash left, after the floor; a dry run takes nothing', async () => {
    const folder = await work('rewritten')
    await commitFiles(folder, { 'kept.txt': 'kept' }, 'kept')
    await git(folder, 'push', '-q')
    const secret = await commitFiles(folder, { 'secret.txt': 'a secret' }, 'secret')
    const blob = await git(folder, 'rev-parse', `${secret}:secret.txt`)
    await git(folder, 'push', '-q')
    await git(folder, 'reset', '-q', '--hard', 'HEAD~1')
    await commitFiles(folder, { 'other.txt': 'other' }, 'other')
    await git(folder, 'push', '-q', '-f')
    await git(folder, 'checkout', '-q', '-b', 'side')
    const side = await commitFiles(folder, { 'side.txt': 'side' }, 'side')
    await git(folder, 'push', '-q', 'origin', 'side')
    expect((await say(ada, 'DELETE', '/api/models/ada/rewritten/branch/side')).status).toBeLessThan(300)
    const gone = [secret, blob, side]
    expect((await collect(true))['gitObjects']?.removed).toBe(0)
    expect((await collect())['gitObjects']).toMatchObject({ waiting: 6, removed: 0 })
    clock.advanceMs((FLOOR_HOURS - 1) * HOUR_MS)
    expect((await collect())['gitObjects']).toMatchObject({ waiting: 6, removed: 0 })
    clock.advanceMs(2 * HOUR_MS)
    expect((await collect(true))['gitObjects']?.removed).toBe(6)
    expect(await has('rewritten', gone)).toBe(3)
    expect((await collect())['gitObjects']?.removed).toBe(6)
    expect(await has('rewritten', gone)).toBe(0)
    expect((await fetch(`${server.url}/ada/rewritten/resolve/${secret}/secret.txt`)).status).toBe(404)
    expect(await (await fetch(`${server.url}/ada/rewritten/resolve/main/kept.txt`)).text()).toBe('kept')
    await fsck('rewritten')
    const squashed = await say(ada, 'POST', '/api/models/ada/rewritten/super-squash/main', { message: 'one' })
    expect(squashed.status).toBe(200)
    await collect()
    clock.advanceMs(25 * HOUR_MS)
    expect((await collect())['gitObjects']?.removed).toBeGreaterThan(3)
    expect(await git(folder, 'ls-remote', remote('rewritten'), 'main')).not.toBe('')
    await fsck('rewritten')
    expect((await collect())['gitObjects']).toEqual({ waiting: 0, removed: 0 })
  })

  it('writes a pack anew without what is gone from it, and takes the old one later', async () => {
    const folder = await work('packed')
    const files = (from: number) =>
      Object.fromEntries(
        Array.from({ length: 450 }, (_, at) => [`file-${from + at}.txt`, `text ${from + at} `.repeat(40)]),
      )
    await commitFiles(folder, files(0), 'first')
    const first = await git(folder, 'rev-parse', 'HEAD')
    await commitFiles(folder, files(1000), 'second')
    const second = await git(folder, 'rev-parse', 'HEAD')
    await git(folder, 'push', '-q')
    await git(folder, 'push', '-q', '-f', 'origin', `${first}:main`)
    const repoId = await idOf('packed')
    const packs = () => server.running.kit.db.selectFrom('git.packs').selectAll().where('repoId', '=', repoId).execute()
    const [before] = await packs()
    await collect()
    clock.advanceMs(25 * HOUR_MS)
    expect((await collect())['gitObjects']?.removed).toBeGreaterThan(450)
    const [after, ...more] = await packs()
    expect([more.length, (after?.objectCount ?? 0) < (before?.objectCount ?? 0), after?.id === before?.id]).toEqual([
      0,
      true,
      false,
    ])
    expect(await has('packed', [second])).toBe(0)
    await fsck('packed')
    const bytes = await server.running.kit.db
      .selectFrom('repos.repoBytes')
      .select('gitBytes')
      .where('repoId', '=', repoId)
      .executeTakeFirst()
    expect(Number(bytes?.gitBytes)).toBeLessThan(Number(before?.sizeBytes) + Number(before?.indexBytes))
    await collect()
    clock.advanceMs(25 * HOUR_MS)
    expect((await collect())['gitBlobs']?.removed).toBe(2)
    await fsck('packed')
  })

  it('keeps what pull requests, tags, jobs and other modules name', async () => {
    const folder = await work('named')
    const base = await commitFiles(folder, { 'a.txt': 'a' }, 'base')
    const tagged = await commitFiles(folder, { 'b.txt': 'tagged' }, 'tagged')
    await git(folder, 'tag', '-a', 'v1', '-m', 'one')
    const job = await commitFiles(folder, { 'c.txt': 'for a job' }, 'job')
    const served = await commitFiles(folder, { 'd.txt': 'served' }, 'served')
    await git(folder, 'push', '-q', 'origin', 'main', 'v1')
    await git(folder, 'push', '-q', '-f', 'origin', `${base}:main`)
    await git(folder, 'reset', '-q', '--hard', base)
    const kit = server.running.kit
    const repoId = await idOf('named')
    const { storage, roots } = parts()
    roots.provide(async (_db, id) => (id === repoId ? [served] : []))
    await kit.write((tx) => kit.jobs.enqueue(tx, 'test.later', { repoId, commit: job }, { runAt: new Date(8.64e15) }))
    const look = await lookAtObjects(kit, { storage, roots }, repoId)
    expect([...(look?.unreached.keys() ?? [])]).toEqual([])
    const bare = await lookAtObjects(kit, parts(), repoId)
    expect(bare?.unreached.has(served)).toBe(true)
    expect([tagged, job].some((oid) => bare?.unreached.has(oid))).toBe(false)
  })

  it('never takes what is pushed, branched or committed at the same moment, without any floor', async () => {
    const folder = await work('race')
    await commitFiles(folder, { 'base.txt': 'base' }, 'base')
    await git(folder, 'push', '-q')
    const base = await git(folder, 'rev-parse', 'HEAD')
    const kit = server.running.kit
    const repoId = await idOf('race')
    const git2 = parts()
    const sweep = async (): Promise<number> => {
      const look = await lookAtObjects(kit, git2, repoId)
      await kit.write((tx) => condemnObjects(tx, repoId, [...(look?.unreached.keys() ?? [])], new Date(0)))
      return (await removeObjects(kit, git2, repoId, clock.now())).length
    }
    let removed = 0
    for (let round = 0; round < 8; round++) {
      await git(folder, 'checkout', '-q', '-B', `round-${round}`, base)
      const old = await commitFiles(folder, { [`r${round}.txt`]: `round ${round}` }, `round ${round}`)
      await git(folder, 'push', '-q', 'origin', `round-${round}`)
      expect((await say(ada, 'DELETE', `/api/models/ada/race/branch/round-${round}`)).status).toBeLessThan(300)
      const next = await commitFiles(folder, { [`n${round}.txt`]: `next ${round}` }, 'on top of what goes')
      const file = {
        key: 'file',
        value: { path: `r${round}.txt`, content: Buffer.from(`round ${round}`).toString('base64'), encoding: 'base64' },
      }
      const lines = [{ key: 'header', value: { summary: 'the same text' } }, file]
        .map((line) => JSON.stringify(line))
        .join('\n')
      const commit = fetch(`${server.url}/api/models/ada/race/commit/main`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${ada.token}` },
        body: lines,
      })
      const [swept, , branch] = await Promise.all([
        sweep(),
        git(folder, 'push', '-q', 'origin', `${next}:refs/heads/again-${round}`),
        say(ada, 'POST', `/api/models/ada/race/branch/old-${round}`, { startingPoint: old }),
        commit,
        sweep(),
      ])
      removed += swept
      expect([200, 201, 404, 409, 412, 422]).toContain(branch.status)
      expect([200, 412]).toContain((await commit).status)
      await fsck('race')
    }
    for (let round = 0; round < 8; round++) await say(ada, 'DELETE', `/api/models/ada/race/branch/again-${round}`)
    removed += await sweep()
    expect(removed).toBeGreaterThan(8)
    await fsck('race')
  })

  it('takes large files that were sent and never committed, and those of commits that are gone', async () => {
    await say(ada, 'POST', '/api/repos/create', { name: 'sent' })
    const send = async (bytes: Buffer): Promise<string> => {
      const oid = sha256(bytes)
      const answer = await fetch(`${server.url}/ada/sent.git/info/lfs/objects/batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/vnd.git-lfs+json' },
        body: JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid, size: bytes.length }] }),
      })
      const { objects } = (await answer.json()) as { objects: { actions?: { upload: { href: string } } }[] }
      const href = objects[0]?.actions?.upload.href
      if (href) expect((await fetch(href, { method: 'PUT', body: new Uint8Array(bytes) })).status).toBe(200)
      return oid
    }
    const commit = async (oid: string, path: string): Promise<number> =>
      (
        await fetch(`${server.url}/api/models/ada/sent/commit/main`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${ada.token}` },
          body: `{"key":"header","value":{"summary":"x"}}\n${JSON.stringify({ key: 'lfsFile', value: { path, algo: 'sha256', oid } })}\n`,
        })
      ).status
    const [kept, forgotten, offered] = [randomBytes(30_000), randomBytes(30_001), randomBytes(30_002)]
    expect(await commit(await send(kept), 'kept.bin')).toBe(200)
    await send(forgotten)
    await send(offered)
    await collect()
    clock.advanceMs(23 * HOUR_MS)
    expect((await collect())['sentFiles']?.removed).toBe(0)
    // A client asks, hears that it is here, and commits hours later.
    await send(offered)
    clock.advanceMs(2 * HOUR_MS)
    expect((await collect(true))['sentFiles']?.removed).toBe(1)
    expect((await collect())['sentFiles']?.removed).toBe(1)
    expect(await commit(sha256(forgotten), 'forgotten.bin')).toBe(422)
    expect(await commit(sha256(offered), 'offered.bin')).toBe(200)
    expect((await fetch(`${server.url}/ada/sent/resolve/main/kept.bin`)).status).toBe(200)
    expect(await commit(await send(forgotten), 'forgotten.bin')).toBe(200)
    clock.advanceMs(50 * HOUR_MS)
    expect((await collect())['sentFiles']?.removed).toBe(0)
  })
})
