import { createHash } from 'node:crypto'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holderOf } from './holder.js'
import { createRepos } from './index.js'

interface BatchItem {
  readonly oid: string
  readonly size: number
  readonly error?: { code: number }
  readonly actions?: {
    upload?: { href: string; header?: Record<string, string> }
    download?: { href: string }
    verify?: { href: string }
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('large files', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    bob = await join(server, 'bob')
    await ada.ask('POST', '/api/repos/create', { name: 'demo' })
    await bob.ask('POST', '/api/repos/create', { name: 'own' })
  })
  afterAll(() => server.stop())

  async function batch(who: Person, repo: string, operation: string, objects: object[], transfers = ['basic']) {
    const answer = await fetch(`${server.url}/${repo}.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.git-lfs+json',
        authorization: `Basic ${Buffer.from(`x:${who.token}`).toString('base64')}`,
      },
      body: JSON.stringify({ operation, transfers, objects, hash_algo: 'sha256' }),
    })
    return { status: answer.status, ...((await answer.json()) as { transfer: string; objects: BatchItem[] }) }
  }
  const upload = async (who: Person, repo: string, bytes: Buffer): Promise<BatchItem> => {
    const answer = await batch(who, repo, 'upload', [{ oid: sha256(bytes), size: bytes.length }])
    return answer.objects[0] as BatchItem
  }
  const send = (href: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    fetch(href, { method: 'PUT', body: new Blob([new Uint8Array(body)]), headers })
  const commitLarge = (path: string, oid: string, repo = 'ada/demo', who = ada) =>
    fetch(`${server.url}/api/models/${repo}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${who.token}` },
      body: `${JSON.stringify({ key: 'header', value: { summary: path } })}\n${JSON.stringify({ key: 'lfsFile', value: { path, algo: 'sha256', oid } })}\n`,
    })

  it('[C1] takes bytes at a signed address, whatever credentials come along, and serves them', async () => {
    const bytes = Buffer.alloc(200_000, 'weights')
    const item = await upload(ada, 'ada/demo', bytes)
    expect((await send(item.actions?.upload?.href ?? '', bytes, { authorization: 'Bearer nonsense' })).status).toBe(200)
    const verified = await ada.ask('POST', '/ada/demo.git/info/lfs/verify', { oid: item.oid, size: bytes.length })
    expect(verified.status).toBe(200)
    expect((await commitLarge('w.bin', item.oid)).status).toBe(200)
    const head = await fetch(`${server.url}/ada/demo/resolve/main/w.bin`, { method: 'HEAD' })
    expect(head.headers.get('x-linked-etag')).toBe(`"${item.oid}"`)
    expect(head.headers.get('x-linked-size')).toBe('200000')
    expect(head.headers.get('content-length')).toBe('200000')
    const part = await fetch(`${server.url}/ada/demo/resolve/main/w.bin`, { headers: { range: 'bytes=7-13' } })
    expect(await part.text()).toBe('weights')
    const pointer = await (await fetch(`${server.url}/ada/demo/raw/main/w.bin`)).text()
    expect(pointer).toBe(`version https://git-lfs.github.com/spec/v1\noid sha256:${item.oid}\nsize 200000\n`)
    expect(await upload(ada, 'ada/demo', bytes)).toEqual({ oid: item.oid, size: 200_000 })
    const again = await batch(ada, 'ada/demo', 'download', [{ oid: item.oid, size: 200_000 }])
    const bytesBack = await fetch(again.objects[0]?.actions?.download?.href ?? '')
    expect(Buffer.from(await bytesBack.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('hashes what arrives: wrong bytes leave nothing', async () => {
    const bytes = Buffer.from('the right bytes')
    const href = (await upload(ada, 'ada/demo', bytes)).actions?.upload?.href ?? ''
    for (const wrong of ['the wrong bytes', 'short', 'the right bytes and more']) {
      const answer = await send(href, Buffer.from(wrong))
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([422, 'LfsHashMismatch'])
    }
    const oid = sha256(bytes)
    expect(await server.running.kit.blobs.stat(`lfs/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`)).toBeNull()
    expect((await commitLarge('x.bin', oid)).status).toBe(422)
    const verified = await ada.ask('POST', '/ada/demo.git/info/lfs/verify', { oid, size: bytes.length })
    expect(verified.status).toBe(404)
  })

  it('refuses forged addresses', async () => {
    const bytes = Buffer.from('forged')
    const url = new URL((await upload(ada, 'ada/demo', bytes)).actions?.upload?.href ?? '')
    for (const [key, value] of [
      ['size', '7'],
      ['repo', 'other'],
      ['exp', '9999999999'],
      ['sig', 'AAAA'],
      ['by', bob.id],
    ]) {
      const forged = new URL(url)
      forged.searchParams.set(key ?? '', value ?? '')
      const answer = await send(forged.href, bytes)
      expect([answer.status, answer.headers.get('x-error-code')], key).toEqual([403, 'InvalidSignature'])
    }
    expect((await fetch(url)).status).toBe(403)
  })

  it('opens no door to what others hold', async () => {
    const bytes = Buffer.from('private weights of ada')
    await send((await upload(ada, 'ada/demo', bytes)).actions?.upload?.href ?? '', bytes)
    const oid = sha256(bytes)
    const asked = await batch(bob, 'bob/own', 'download', [{ oid, size: bytes.length }])
    expect(asked.objects[0]?.error?.code).toBe(404)
    expect((await upload(bob, 'bob/own', bytes)).actions?.upload).toBeDefined()
    expect((await commitLarge('stolen.bin', oid, 'bob/own', bob)).status).toBe(422)
  })

  it('copies to another repository of whoever may read the one and write the other', async () => {
    const bytes = Buffer.from('shared weights')
    await send((await upload(ada, 'ada/demo', bytes)).actions?.upload?.href ?? '', bytes)
    const files = [{ sha256: sha256(bytes) }, { sha256: 'b'.repeat(64) }]
    const share = (name: string) =>
      bob.ask('POST', '/api/models/ada/demo/lfs-files/duplicate', { target: { type: 'model', name }, files })
    const done = await share('bob/own')
    expect(done.status).toBe(207)
    expect(done.body).toMatchObject({ processed: 2, succeeded: 1, failed: [{ sha256: 'b'.repeat(64) }] })
    expect((await commitLarge('shared.bin', sha256(bytes), 'bob/own', bob)).status).toBe(200)
    expect((await share('ada/demo')).headers.get('x-error-code')).toBe('Forbidden')
  })

  it('answers odd batches object by object', async () => {
    const answer = await batch(ada, 'ada/demo', 'upload', [
      { oid: 'short', size: 1 },
      { oid: 'a'.repeat(64), size: 2 ** 50 },
    ])
    expect(answer.objects.map((object) => object.error?.code)).toEqual([422, 422])
    const anonymous = await fetch(`${server.url}/ada/none.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: JSON.stringify({ operation: 'download', objects: [] }),
    })
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Stoa"'])
    expect(await anonymous.json()).toMatchObject({ message: 'Repository not found' })
  })

  it('locks paths', async () => {
    const locks = '/ada/demo.git/info/lfs/locks'
    const made = await ada.ask<{ lock: { id: string } }>('POST', locks, { path: 'w.bin' })
    expect(made.status).toBe(201)
    expect((await ada.ask('POST', locks, { path: 'w.bin' })).status).toBe(409)
    expect((await ada.ask<{ ours: object[] }>('POST', `${locks}/verify`, {})).body.ours).toHaveLength(1)
    expect((await ada.ask('POST', `${locks}/${made.body.lock.id}/unlock`, {})).status).toBe(200)
    expect((await ada.ask('POST', `${locks}/${made.body.lock.id}/unlock`, {})).status).toBe(404)
  })

  it('lists large files over all refs and takes them out of history for good', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'history' })
    const kept = Buffer.from('kept bytes')
    const gone = Buffer.from('gone bytes')
    for (const [name, bytes] of [
      ['gone.bin', gone],
      ['dir/kept.bin', kept],
    ] as const) {
      await send((await upload(ada, 'ada/history', bytes)).actions?.upload?.href ?? '', bytes)
      expect((await commitLarge(name, sha256(bytes), 'ada/history')).status).toBe(200)
    }
    await ada.ask('POST', '/api/models/ada/history/tag/main', { tag: 'v1' })
    type File = { fileOid: string; filename: string; oid: string }
    const files = await ada.ask<File[]>('GET', '/api/models/ada/history/lfs-files')
    expect(files.body.map((file) => file.filename).sort()).toEqual(['dir/kept.bin', 'gone.bin'])
    const sha = [files.body.find((file) => file.filename === 'gone.bin')?.fileOid]
    const deletions = { deletions: { sha, rewriteHistory: true } }
    const done = await ada.ask('POST', '/api/models/ada/history/lfs-files/batch', deletions)
    expect(done.body).toEqual({ success: true, processed: 1, succeeded: 1 })
    for (const rev of ['main', 'v1']) {
      const tree = await ada.ask<{ path: string }[]>('GET', `/api/models/ada/history/tree/${rev}?recursive=1`)
      expect(tree.body.map((entry) => entry.path)).toEqual(['.gitattributes', 'dir', 'dir/kept.bin'])
    }
    const commits = await ada.ask<{ title: string }[]>('GET', '/api/models/ada/history/commits/main')
    expect(commits.body.map((one) => one.title)).toEqual(['dir/kept.bin', 'gone.bin', 'initial commit'])
    expect(await (await fetch(`${server.url}/ada/history/resolve/main/dir/kept.bin`)).text()).toBe('kept bytes')
    expect((await ada.ask<File[]>('GET', '/api/models/ada/history/lfs-files')).body).toHaveLength(1)
  })

  it('joins a file that arrives in parts', async () => {
    const { kit, app } = server.running
    const partBytes = 100_000
    const small = createRepos({
      ...kit,
      accounts: app.accounts,
      orgs: app.orgs,
      commerce: app.commerce,
      git: app.git,
      jobs: { ...kit.jobs, repeat: () => {} },
      lfsPartBytes: partBytes,
    })
    const bytes = Buffer.alloc(250_000, 'parts')
    const repo = await small.findReadable({ kind: 'anonymous' }, 'model', 'ada/demo')
    const oid = sha256(bytes)
    const answer = await small.lfsBatch({
      repo,
      holder: holderOf(
        await app.accounts.authenticate({ authorization: `Bearer ${ada.token}`, cookie: undefined, address: '' }),
      ),
      authorization: null,
      operation: 'upload',
      canMultipart: true,
      xet: null,
      objects: [{ oid, size: bytes.length }],
    })
    expect(answer.transfer).toBe('multipart')
    const { href, header = {} } = answer.objects[0]?.actions?.upload ?? { href: '' }
    const keys = Object.keys(header).filter((key) => /^\d+$/.test(key))
    expect([header['chunk_size'], keys]).toEqual(['100000', ['00001', '00002', '00003']])
    const complete = () =>
      fetch(href, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ oid, parts: [] }),
      })
    expect((await complete()).status).toBe(422)
    for (const [index, key] of keys.entries()) {
      const part = bytes.subarray(index * partBytes, (index + 1) * partBytes)
      expect((await send(header[key] ?? '', Buffer.from('wrong size'))).status).toBe(422)
      const sent = await send(header[key] ?? '', part)
      expect([sent.status, sent.headers.get('etag')]).toEqual([200, expect.stringMatching(/^".+"$/)])
    }
    expect((await complete()).status).toBe(200)
    expect((await commitLarge('parts.bin', oid)).status).toBe(200)
    const back = await fetch(`${server.url}/ada/demo/resolve/main/parts.bin`)
    expect(sha256(Buffer.from(await back.arrayBuffer()))).toBe(oid)
  })

  it('[C1] offers Xet to a client that knows it, and only for uploads of what is not there', async () => {
    const bytes = Buffer.alloc(300_000, 'chunks')
    const object = { oid: sha256(bytes), size: bytes.length }
    const offered = await batch(ada, 'ada/demo', 'upload', [object], ['basic', 'multipart', 'xet'])
    expect(offered.transfer).toBe('xet')
    const { upload: action, verify } = offered.objects[0]?.actions ?? {}
    expect(verify).toBeUndefined()
    expect(action?.href).toBe(`${server.url}/api/models/ada/demo/xet-write-token/main`)
    expect(action?.header?.['X-Xet-Cas-Url']).toContain(`${server.url}/xet/`)
    expect(Number(action?.header?.['X-Xet-Token-Expiration'])).toBeGreaterThan(1e9)
    const asked = await fetch(`${action?.header?.['X-Xet-Cas-Url']}/v1/chunks/default/${'1'.repeat(64)}`, {
      headers: { authorization: `Bearer ${action?.header?.['X-Xet-Access-Token']}` },
    })
    expect(asked.status).toBe(404)
    const plain = await batch(ada, 'ada/demo', 'upload', [object])
    await send(plain.objects[0]?.actions?.upload?.href ?? '', bytes)
    const known = await batch(ada, 'ada/demo', 'upload', [object], ['xet'])
    expect(known.objects[0]).toEqual(object)
    expect((await batch(ada, 'ada/demo', 'download', [object], ['basic', 'xet'])).transfer).toBe('basic')
    expect(
      (await batch(bob, 'ada/demo', 'upload', [object], ['xet'])).objects[0]?.actions?.upload?.href,
    ).toBeUndefined()
  })
})
