import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { promisify } from 'node:util'
import { createRepo, listFiles, uploadFile } from '@huggingface/hub'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENV } from './git-server.suite.js'

const run = promisify(execFile)

/** The whole product, accounts and tokens included, between the stock git and the stock Hub client. */
describe('[C1] git beside the Hub API', () => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'stoa-git-real-'))
  let server: TestServer
  let ada: Person
  let eve: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    eve = await join(server, 'eve')
  })
  afterAll(async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run('git', args, { cwd, env: ENV })
    return stdout + stderr
  }
  const fails = (cwd: string, ...args: string[]): Promise<string> =>
    git(cwd, ...args).then(
      () => 'nothing failed',
      (error: { stderr: string }) => error.stderr,
    )
  const remote = (name: string, token?: string): string =>
    `${server.url}/${name}`.replace('://', token === undefined ? '://' : `://user:${token}@`)

  it('pulls what the Hub client committed and shows there what git pushed', async () => {
    const as = { hubUrl: server.url, accessToken: ada.token, repo: 'ada/mixed' }
    await createRepo(as)
    await uploadFile({ ...as, file: { path: 'a.txt', content: new Blob(['from the hub']) } })
    const work = joinPath(dir, 'mixed')
    await git(dir, 'clone', '-q', remote('ada/mixed', ada.token), work)
    expect(readFileSync(joinPath(work, 'a.txt'), 'utf8')).toBe('from the hub')
    mkdirSync(joinPath(work, 'deep/er'), { recursive: true })
    writeFileSync(joinPath(work, 'deep/er/b.txt'), 'from git')
    await git(work, 'add', '.')
    await git(work, 'commit', '-q', '-m', 'From git')
    await git(work, 'push', '-q')
    const paths: string[] = []
    for await (const file of listFiles({ ...as, recursive: true })) if (file.type === 'file') paths.push(file.path)
    expect(paths.sort()).toEqual(['.gitattributes', 'a.txt', 'deep/er/b.txt'])
    const resolved = await fetch(`${server.url}/ada/mixed/resolve/main/deep/er/b.txt`)
    expect(await resolved.text()).toBe('from git')
    await uploadFile({ ...as, file: { path: 'c.txt', content: new Blob(['again']) } })
    await git(work, 'pull', '-q', '--ff-only')
    await git(work, 'fsck', '--strict')
    expect(readFileSync(joinPath(work, 'c.txt'), 'utf8')).toBe('again')
  })

  it('keeps a private repository from the anonymous, from others and from a read token', async () => {
    await createRepo({ hubUrl: server.url, accessToken: ada.token, repo: 'ada/hidden', private: true })
    const reader = await ada.newToken({ name: 'reader', role: 'read' })
    const target = joinPath(dir, 'hidden')
    expect(await fails(dir, 'clone', remote('ada/hidden'), target)).toMatch(
      /could not read Username|Authentication failed/,
    )
    expect(await fails(dir, 'clone', remote('ada/hidden', eve.token), target)).toContain('not found')
    expect(await fails(dir, 'clone', remote('ada/hidden', 'hf_wrong'), target)).toContain('Authentication failed')
    await git(dir, 'clone', '-q', remote('ada/hidden', reader), target)
    writeFileSync(joinPath(target, 'x.txt'), 'x')
    await git(target, 'add', '.')
    await git(target, 'commit', '-q', '-m', 'x')
    expect(await fails(target, 'push')).toContain('403')
    expect(await fails(target, 'push', remote('ada/hidden', eve.token), 'main')).toContain('not found')
    await git(target, 'push', '-q', remote('ada/hidden', ada.token), 'main')
  })

  /** A repository of Ada's with one commit from git, in a fresh folder. */
  async function work(name: string): Promise<string> {
    await createRepo({ hubUrl: server.url, accessToken: ada.token, repo: `ada/${name}` })
    const folder = joinPath(dir, name)
    await git(dir, 'clone', '-q', remote(`ada/${name}`, ada.token), folder)
    return folder
  }
  async function commitFile(folder: string, path: string, content: string | Buffer): Promise<string> {
    mkdirSync(joinPath(folder, path, '..'), { recursive: true })
    writeFileSync(joinPath(folder, path), content)
    await git(folder, 'add', '.')
    await git(folder, 'commit', '-q', '-m', path)
    return (await git(folder, 'rev-parse', 'HEAD')).trim()
  }
  const api = (path: string, lines: readonly object[], who = ada) =>
    fetch(`${server.url}/api/models/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  const put = (path: string) => ({ key: 'file', value: { path, content: 'eA==', encoding: 'base64' } })

  it('lets exactly one of a push and a commit win, and each loser understands why', async () => {
    const folder = await work('race')
    const wins = { push: 0, commit: 0 }
    for (let round = 0; round < 6; round++) {
      const parentCommit = (await git(folder, 'rev-parse', 'HEAD')).trim()
      await commitFile(folder, `git-${round}.txt`, 'x')
      const header = { key: 'header', value: { summary: 'race', parentCommit } }
      const pushing = git(folder, 'push', '-q').then(
        () => null,
        (error: { stderr: string }) => error.stderr,
      )
      // The push asks for the refs first; every other round the commit waits for about that long.
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 60))
      const [refusal, committed] = await Promise.all([
        pushing,
        api('ada/race/commit/main', [header, put(`api-${round}.txt`)]),
      ])
      const body = (await committed.json()) as { commitOid?: string; error?: string }
      expect([refusal === null, committed.status === 200].filter(Boolean), `${refusal} ${body.error}`).toHaveLength(1)
      if (refusal === null) {
        wins.push += 1
        expect([committed.status, body.error]).toEqual([412, expect.stringContaining('The branch was updated')])
      } else {
        wins.commit += 1
        expect(refusal).toMatch(/fetch first|cannot lock ref|failed to update ref|non-fast-forward/)
      }
      await git(folder, 'fetch', '-q')
      await git(folder, 'reset', '-q', '--hard', 'origin/main')
      await git(folder, 'fsck', '--strict')
    }
    expect(wins.push + wins.commit).toBe(6)
  })

  it('keeps tags of both kinds, and shows each door what the other made', async () => {
    const folder = await work('tags')
    const tip = await commitFile(folder, 'a.txt', 'a')
    await git(folder, 'tag', '-a', 'annotated', '-m', 'with words')
    await git(folder, 'tag', 'light')
    await git(folder, 'push', '-q', 'origin', 'main', 'annotated', 'light', 'HEAD:refs/heads/side')
    const refs = (await (await fetch(`${server.url}/api/models/ada/tags/refs`)).json()) as {
      tags: { name: string; targetCommit: string }[]
      branches: { name: string }[]
    }
    expect(refs.tags.map((tag) => [tag.name, tag.targetCommit]).sort()).toEqual([
      ['annotated', tip],
      ['light', tip],
    ])
    const made = await ada.ask('POST', '/api/models/ada/tags/tag/main', { tag: 'from-api', message: 'm' })
    expect(made.status).toBe(200)
    expect((await ada.ask('DELETE', '/api/models/ada/tags/branch/side')).status).toBe(200)
    await git(folder, 'fetch', '-q', '--prune', '--tags')
    expect((await git(folder, 'rev-parse', 'from-api^{commit}')).trim()).toBe(tip)
    expect(await git(folder, 'branch', '-r')).not.toContain('side')
    await git(folder, 'push', '-q', 'origin', ':light')
    expect((await fetch(`${server.url}/api/models/ada/tags/revision/light`)).status).toBe(404)
    for (const version of ['0', '2']) {
      const lines = await git(folder, '-c', `protocol.version=${version}`, 'ls-remote', '--tags')
      expect(lines).toContain('refs/tags/annotated^{}')
    }
  })

  it('carries a pull request from the API through git and back', async () => {
    const folder = await work('proposals')
    const header = { key: 'header', value: { summary: 'Idea' } }
    const opened = await api('ada/proposals/commit/main?create_pr=1', [header, put('idea.txt')], eve)
    expect(opened.status).toBe(200)
    await git(folder, 'fetch', '-q', 'origin', 'refs/pr/1:pr')
    await git(folder, 'checkout', '-q', 'pr')
    const tip = await commitFile(folder, 'more.txt', 'more')
    expect(await fails(folder, 'push', remote('ada/proposals', eve.token), 'HEAD:refs/pr/1')).toContain('403')
    await git(folder, 'push', '-q', 'origin', 'HEAD:refs/pr/1')
    const seen = await fetch(`${server.url}/api/models/ada/proposals/revision/refs%2Fpr%2F1`)
    expect(((await seen.json()) as { sha: string }).sha).toBe(tip)
    expect(await fails(folder, 'push', 'origin', 'HEAD:refs/convert/parquet')).toContain('deny updating a hidden ref')
    expect(await fails(folder, 'push', 'origin', ':refs/pr/1')).toContain('closed on its page')
  })

  it('serves shallow, deepened, partial and single-branch clones over both protocols', async () => {
    const folder = await work('history')
    for (let at = 0; at < 6; at++) await commitFile(folder, `dir/file-${at}.txt`, `content ${at}\n`)
    await git(folder, 'tag', 'half', 'HEAD~3')
    await git(folder, 'push', '-q', 'origin', 'main', 'half', 'HEAD~2:refs/heads/other')
    const count = async (from: string) => Number(await git(from, 'rev-list', '--count', 'HEAD'))
    for (const version of ['0', '2']) {
      const clone = async (name: string, ...args: string[]): Promise<string> => {
        const target = joinPath(dir, `${name}-${version}`)
        await git(dir, '-c', `protocol.version=${version}`, 'clone', '-q', ...args, remote('ada/history'), target)
        await git(target, 'config', 'protocol.version', version)
        return target
      }
      const shallow = await clone('shallow', '--depth', '1')
      expect(await count(shallow)).toBe(1)
      await git(shallow, 'fetch', '-q', '--deepen', '2')
      expect(await count(shallow)).toBe(3)
      await git(shallow, 'fetch', '-q', '--unshallow')
      expect(await count(shallow)).toBe(7)
      const since = await clone('exclude', '--shallow-exclude=half')
      expect(await count(since)).toBe(3)
      const partial = await clone('partial', '--filter=blob:none', '--no-checkout')
      const missing = await git(partial, 'rev-list', '--objects', '--missing=print', 'HEAD')
      expect(missing.match(/^\?/gm)?.length).toBeGreaterThan(5)
      expect(await git(partial, 'show', 'HEAD~1:dir/file-2.txt')).toContain('content 2')
      const left = await git(partial, 'rev-list', '--objects', '--missing=print', 'HEAD')
      expect(left.match(/^\?/gm)?.length, 'one blob was fetched when it was needed').toBe(
        (missing.match(/^\?/gm)?.length ?? 0) - 1,
      )
      const single = await clone('single', '--single-branch', '--branch', 'other')
      expect([await count(single), (await git(single, 'branch', '-r')).includes('main')]).toEqual([5, false])
      for (const one of [shallow, since, single]) await git(one, 'fsck', '--strict')
    }
  })

  it('refuses at the push what fsck, the path rules and the sizes refuse, in the words that git prints', async () => {
    const folder = await work('rules')
    await commitFile(folder, 'big.txt', Buffer.alloc(10 * 1024 * 1024 + 1, 'x'))
    expect(await fails(folder, 'push')).toMatch(/files larger than 10 MiB[\s\S]*big\.txt/)
    await git(folder, 'reset', '-q', '--hard', 'origin/main')
    await commitFile(folder, 'nul.txt', 'x')
    await git(folder, 'mv', 'nul.txt', 'aux.txt')
    await git(folder, 'commit', '-q', '-m', 'device')
    expect(await fails(folder, 'push')).toMatch(/contains the file name "(aux|nul)\.txt"/)
    await git(folder, 'reset', '-q', '--hard', 'origin/main')
    const blob = (await git(folder, 'hash-object', '-w', '.gitattributes')).trim()
    for (const name of ['README', 'readme'])
      await git(folder, 'update-index', '--add', '--cacheinfo', `100644,${blob},${name}`)
    await git(folder, 'commit', '-q', '-m', 'case')
    expect(await fails(folder, 'push')).toMatch(/differ only by case or form/)
    await git(folder, 'reset', '-q', '--hard', 'origin/main')
    const bad = joinPath(dir, 'zone.txt')
    const tree = (await git(folder, 'rev-parse', 'HEAD^{tree}')).trim()
    writeFileSync(bad, `tree ${tree}\nauthor A <a@b> 1 0000\ncommitter A <a@b> 1 +0000\n\nm\n`)
    const commit = (await git(folder, 'hash-object', '--literally', '-t', 'commit', '-w', bad)).trim()
    expect(await fails(folder, 'push', 'origin', `${commit}:refs/heads/zone`)).toMatch(
      /remote unpack failed|error: commit/,
    )
  })
})
