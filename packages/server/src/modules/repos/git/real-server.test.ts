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
})
