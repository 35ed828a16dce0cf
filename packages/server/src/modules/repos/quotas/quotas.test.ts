import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { promisify } from 'node:util'
import { applyManifest, exportManifest } from '@stoa/contracts'
import { join, joinAsAdmin, openXet, packFile, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const KB = 1000
const noise = (bytes: number, seed: string): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(bytes / 32) }, (_, n) => createHash('sha256').update(`${seed}${n}`).digest()),
  ).subarray(0, bytes)

describe('[R1] quotas', () => {
  let server: TestServer
  let admin: Person
  let ada: Person
  const apply = (text: string) =>
    admin.client.call(applyManifest, { body: { documents: [{ name: 'q.yaml', text: text }] } })
  beforeAll(async () => {
    server = await startTestServer()
    admin = await joinAsAdmin(server)
    ada = await join(server, 'ada')
    for (const name of ['mine', 'git']) await ada.ask('POST', '/api/repos/create', { name, private: true })
    await ada.ask('POST', '/api/repos/create', { name: 'open' })
    await ada.ask('POST', '/api/buckets/ada/pile', { private: true })
    await apply(`
quotas:
  - { account: '*', privateStorage: 400 KB, repositories: 4 }
  - { plan: pro, privateStorage: unlimited }
`)
  })
  afterAll(() => server.stop())

  const refusalOf = async (answer: Response): Promise<[number, string | null, string]> => {
    const body = (await answer.json()) as { error?: string; message?: string }
    return [answer.status, answer.headers.get('x-error-code'), body.error ?? body.message ?? '']
  }
  const FULL = [403, 'QuotaExceeded', expect.stringMatching(/^The private storage of ada is full: .* of 400\.0 KB/)]
  const auth = () => ({ authorization: `Bearer ${ada.token}` })
  const commit = (repo: string, content: Buffer) => {
    const lines = [
      { key: 'header', value: { summary: 'x' } },
      { key: 'file', value: { path: 'noise.bin', content: content.toString('base64'), encoding: 'base64' } },
    ]
    return fetch(`${server.url}/api/models/ada/${repo}/commit/main`, {
      method: 'POST',
      headers: { ...auth(), 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  }
  const storage = async () =>
    (await ada.ask<Record<string, { used: number; limit: number | null }>>('GET', '/api/v1/accounts/me/storage')).body

  it('are seen by the owner and nobody else', async () => {
    expect(await storage()).toMatchObject({
      account: 'ada',
      private: { limit: 400 * KB },
      public: { limit: null },
      repositories: { used: 4, limit: 4 },
    })
    const eve = await join(server, 'eve')
    for (const name of ['ada', 'nobody']) {
      const answer = await eve.ask<{ error: { code: string } }>('GET', `/api/v1/accounts/${name}/storage`)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'AccountNotFound'])
    }
    expect((await fetch(`${server.url}/api/v1/accounts/ada/storage`)).status).toBe(401)
  })

  it('stop new repositories, copies and buckets', async () => {
    const asked = [
      await ada.ask<{ error: string }>('POST', '/api/repos/create', { name: 'fifth' }),
      await ada.ask<{ error: string }>('POST', '/api/models/ada/open/duplicate', { repository: 'ada/copy' }),
      await ada.ask<{ error: string }>('POST', '/api/buckets/ada/more', {}),
    ]
    for (const { status, headers, body } of asked) {
      expect([status, headers.get('x-error-code')]).toEqual([403, 'QuotaExceeded'])
      expect(body.error).toMatch(/^ada has 4 of 4 repositories and buckets/)
    }
    expect((await storage())['repositories']?.used).toBe(4)
  })

  it('stop commits that do not fit, and only of the part that is full', async () => {
    expect((await commit('mine', noise(100 * KB, 'a'))).status).toBe(200)
    const used = (await storage())['private']?.used ?? 0
    expect(used).toBeGreaterThan(100 * KB)
    expect(used).toBeLessThan(120 * KB)
    expect(await refusalOf(await commit('mine', noise(350 * KB, 'b')))).toEqual(FULL)
    expect((await storage())['private']?.used).toBe(used)
    expect((await commit('open', noise(500 * KB, 'c'))).status).toBe(200)
    const hidden = await ada.ask<{ error: string }>('PUT', '/api/models/ada/open/settings', { private: true })
    expect([hidden.status, hidden.headers.get('x-error-code')]).toEqual([403, 'QuotaExceeded'])
  })

  it('stop a push with the words of a hook', async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-quota-'))
    try {
      const git = (...args: string[]) =>
        run('git', ['-c', 'user.name=a', '-c', 'user.email=a@x', '-c', 'filter.lfs.process=', ...args], {
          cwd: folder,
          env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1', HOME: folder },
        })
      const remote = `${server.url.replace('//', `//ada:${ada.token}@`)}/ada/git`
      await git('clone', '-q', remote, '.')
      writeFileSync(joinPath(folder, 'noise.txt'), noise(350 * KB, 'd').toString('hex'))
      await git('add', '.')
      await git('commit', '-qm', 'too much')
      const pushed = await git('push').catch((error: { stderr: string }) => error)
      expect(pushed.stderr).toMatch(/remote: The private storage of ada is full/)
      expect(pushed.stderr).toContain('pre-receive hook declined')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('stop large files before and while they are sent', async () => {
    const batch = (sizes: readonly number[]) =>
      fetch(`${server.url}/ada/mine.git/info/lfs/objects/batch`, {
        method: 'POST',
        headers: { ...auth(), 'content-type': 'application/vnd.git-lfs+json' },
        body: JSON.stringify({
          operation: 'upload',
          objects: sizes.map((size, n) => ({
            oid: createHash('sha256')
              .update(noise(size, `l${n}`))
              .digest('hex'),
            size,
          })),
        }),
      })
    expect(await refusalOf(await batch([200 * KB, 150 * KB]))).toEqual(FULL)
    type Answer = { objects: { actions: { upload: { href: string } } }[] }
    const grant = async (size: number, seed: string): Promise<() => Promise<Response>> => {
      const bytes = noise(size, seed)
      const answer = await fetch(`${server.url}/ada/mine.git/info/lfs/objects/batch`, {
        method: 'POST',
        headers: { ...auth(), 'content-type': 'application/vnd.git-lfs+json' },
        body: JSON.stringify({
          operation: 'upload',
          objects: [{ oid: createHash('sha256').update(bytes).digest('hex'), size }],
        }),
      })
      const { href } = ((await answer.json()) as Answer).objects[0]?.actions.upload ?? { href: '' }
      return () => fetch(href, { method: 'PUT', body: new Uint8Array(bytes) })
    }
    // Each of the two fits alone and is granted; together they do not.
    const granted = [await grant(200 * KB, 'x'), await grant(200 * KB, 'y')]
    const both = await Promise.all(granted.map((put) => put()))
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 403])
    expect(await refusalOf(both.find((answer) => answer.status === 403) as Response)).toEqual(FULL)
    expect((await storage())['private']?.used).toBeLessThan(400 * KB)
  })

  it('stop the Xet store and buckets', async () => {
    const packed = await packFile(noise(150 * KB, 'z'))
    const [xorb] = packed.xorbs
    for (const place of ['models/ada/mine', 'buckets/ada/pile']) {
      const session = await openXet(server.url, ada.token, place)
      if (xorb) expect(await refusalOf(await session.sendXorb(xorb))).toEqual(FULL)
    }
    // The same bytes where there is room do not open the full place.
    const open = await openXet(server.url, ada.token, 'models/ada/open')
    for (const one of packed.xorbs) expect((await open.sendXorb(one)).status).toBe(200)
    for (const place of ['models/ada/mine', 'buckets/ada/pile']) {
      const session = await openXet(server.url, ada.token, place)
      expect(await refusalOf(await session.sendShard(packed.shard))).toEqual(FULL)
    }
    expect((await open.sendShard(packed.shard)).status).toBe(200)
    const copy = {
      type: 'copyFile',
      path: 'z.bin',
      xetHash: packed.hash,
      sourceRepoType: 'model',
      sourceRepoId: 'ada/open',
    }
    const answer = await fetch(`${server.url}/api/buckets/ada/pile/batch`, {
      method: 'POST',
      headers: { ...auth(), 'content-type': 'application/x-ndjson' },
      body: JSON.stringify(copy),
    })
    expect(await refusalOf(answer)).toEqual(FULL)
  })

  it('stand in a manifest beside gates and internal repositories', async () => {
    const text = (gated: string, visibility: string) => `
orgs: [{ name: acme, members: { ada: admin } }]
repos: [{ type: model, name: acme/inner, visibility: ${visibility}, gated: ${gated} }]
`
    await apply(text('manual', 'internal'))
    const settings = async () => (await ada.ask('GET', '/api/models/acme/inner/settings')).body
    expect(await settings()).toMatchObject({ visibility: 'internal', gated: 'manual' })
    expect((await admin.client.call(exportManifest, {})).text).toMatch(
      /name: acme\/inner[^-]*visibility: internal\s+gated: manual/,
    )
    expect((await apply(text('manual', 'internal'))).text).not.toContain('acme/inner')
    await apply(text('false', 'public'))
    expect(await settings()).toMatchObject({ visibility: 'public', gated: false })
    const own = apply('repos: [{ type: model, name: ada/git, visibility: internal }]')
    await expect(own).rejects.toMatchObject({ code: 'ManifestInvalid' })
  })

  it('are raised by name, and free what is deleted', async () => {
    const before = (await storage())['private']?.used ?? 0
    await ada.ask('DELETE', '/api/repos/delete', { name: 'ada/mine' })
    expect((await storage())['private']?.used).toBeLessThan(before - 100 * KB)
    await apply(`quotas: [{ account: ada, privateStorage: 2 MB, repositories: unlimited }]`)
    expect(await storage()).toMatchObject({ private: { limit: 2000 * KB }, repositories: { limit: null } })
    expect((await commit('git', noise(500 * KB, 'e'))).status).toBe(200)
    const exported = await admin.client.call(exportManifest, {})
    expect(exported.text).toContain('2 MB')
    await apply(`quotas: [{ account: ada, state: absent }]`)
    expect((await storage())['private']?.limit).toBe(400 * KB)
  })

  it('let exactly as many through as fit when many are made at once', async () => {
    const eva = await join(server, 'eva')
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 4 === 0
          ? eva.ask('POST', `/api/buckets/eva/bucket-${n}`, {})
          : eva.ask('POST', '/api/repos/create', { name: `repo-${n}` }),
      ),
    )
    const refused = made.filter(({ status }) => status === 403).length
    expect([made.filter(({ status }) => status < 300).length, refused]).toEqual([4, 16])
  })
})
