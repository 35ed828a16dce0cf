import { mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHostCheck } from './known-host.js'

const check = (publicUrl: string, isPublicUrlSet: boolean, others: string[] = []) =>
  createHostCheck({ publicUrl: () => publicUrl, isPublicUrlSet, others })

describe('the host a request names', () => {
  it('is ours, an address, or localhost', () => {
    const isKnown = check('https://hub.example.org', true, ['hub.internal'])
    for (const host of ['hub.example.org', 'HUB.example.org:443', 'hub.example.org.', 'hub.internal:8080'])
      expect(isKnown(host), host).toBe(true)
    for (const host of ['127.0.0.1:3000', '10.0.0.7', '[::1]:3000', 'localhost:3000', 'a.localhost', undefined])
      expect(isKnown(host), host).toBe(true)
    for (const host of [
      'evil.example',
      'hub.example.org.evil.example',
      'xhub.example.org',
      'datasets-server.evil.example',
      '',
    ])
      expect(isKnown(host), host).toBe(false)
  })

  it('may be any name while an open server was given none, never on a loopback server', () => {
    expect(check('http://0.0.0.0:3000', false)('nas.home')).toBe(true)
    expect(check('http://127.0.0.1:3000', false)('rebound.evil.example')).toBe(false)
  })
})

describe('a real server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.stop())

  const statusFor = (host: string, path: string, at = server): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(at.url + path, { headers: { host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      asked.on('error', reject).end()
    })

  it('answers 421 to an unknown host at every kind of door, and as ever to its own', async () => {
    for (const path of ['/', '/api/models', '/v1/models', '/healthz', '/acme/x/resolve/main/y', '/settings/security'])
      expect(await statusFor('datasets-server.evil.example', path), path).toBe(421)
    expect(await statusFor('localhost', '/api/models')).toBe(200)
  })

  it('answers to every name in the test mode for suites of other people, which call it by the name of their hub', async () => {
    const manifest = join(mkdtempSync(join(tmpdir(), 'stoa-lenient-')), 'lenient.yaml')
    writeFileSync(manifest, 'lenient: true\n')
    const lenient = await startTestServer({ env: { STOA_BOOTSTRAP: manifest } })
    try {
      expect(await statusFor('huggingface.co', '/api/models', lenient)).toBe(200)
    } finally {
      await lenient.stop()
    }
  })
})
