import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createConnection, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendBytes } from './bytes.js'
import { FileBytes } from './file-bytes.js'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('bytes of a file in an answer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-file-bytes-'))
  const path = join(folder, 'large.bin')
  const content = randomBytes(9_000_003)
  const app = fastify()
  let url = ''
  beforeAll(async () => {
    writeFileSync(path, content)
    app.get('/file', (request, reply) => {
      const source = {
        sizeBytes: content.length,
        localPath: path,
        open: () => Promise.reject(new Error('not this way')),
      }
      return sendBytes(request, reply, source)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/file`
  })
  afterAll(async () => {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })
  // Only Linux tells which files are open.
  const openFiles = (): number =>
    (process.platform === 'linux' ? readdirSync('/proc/self/fd') : []).filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path
      } catch {
        return false
      }
    }).length
  const allClosed = async (): Promise<boolean> => {
    for (let tries = 0; tries < 100 && openFiles() > 0; tries++) await new Promise((done) => setTimeout(done, 20))
    return openFiles() === 0
  }

  it('are the same, whole and in parts, for a reader that dawdles too', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(url)))
    for (const answer of answers) expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(content))
    for (const [start, end] of [
      [0, 0],
      [5, 524_287],
      [524_288, 1_572_864],
      [8_999_000, 9_000_002],
    ] as const) {
      const part = await fetch(url, { headers: { range: `bytes=${start}-${end}` } })
      expect([part.status, sha256(new Uint8Array(await part.arrayBuffer()))]).toEqual([
        206,
        sha256(content.subarray(start, end + 1)),
      ])
    }
    const slow = await fetch(url)
    const hash = createHash('sha256')
    let pauses = 0
    for await (const chunk of slow.body as unknown as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      if (pauses++ < 20) await new Promise((done) => setTimeout(done, 5))
    }
    expect(hash.digest('hex')).toBe(sha256(content))
    expect(await allClosed()).toBe(true)
  })

  it('keep their connection for the next question', async () => {
    const first = await fetch(url)
    await first.arrayBuffer()
    expect([first.headers.get('content-length'), (await fetch(url, { method: 'HEAD' })).status]).toEqual([
      '9000003',
      200,
    ])
  })

  it('leave no file open behind a client that goes away', async () => {
    const { port } = app.server.address() as AddressInfo
    await new Promise<void>((done) => {
      const socket = createConnection({ port, host: '127.0.0.1' }, () =>
        socket.write('GET /file HTTP/1.1\r\nHost: x\r\n\r\n'),
      )
      socket.once('data', () => socket.destroy())
      socket.on('close', () => done())
    })
    expect(await allClosed()).toBe(true)
  })

  it('go through any other stream unharmed', async () => {
    expect(sha256(await buffer(new FileBytes(path, 3, 5_000_000)))).toBe(sha256(content.subarray(3, 5_000_000)))
    const through = new PassThrough()
    new FileBytes(path, 0, content.length).pipe(through)
    expect(sha256(await buffer(through))).toBe(sha256(content))
  })

  it('cut the connection when the file became shorter', async () => {
    truncateSync(path, 4_000_000)
    await expect(fetch(url).then((answer) => answer.arrayBuffer())).rejects.toThrow()
    writeFileSync(path, content)
    expect(await allClosed()).toBe(true)
  })
})
