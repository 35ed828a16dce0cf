import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { createWebShell } from './web-shell.js'

const index = `<!doctype html><html><head><title>Stoa</title><!--stoa:head--><script>let a=1</script></head><body><div id="root"><!--stoa:body--></div></body></html>`

async function siteAt() {
  const dir = mkdtempSync(join(tmpdir(), 'stoa-site-'))
  mkdirSync(join(dir, 'assets'))
  writeFileSync(join(dir, 'index.html'), index)
  writeFileSync(join(dir, 'assets/app-abcd1234.js'), 'console.log(1)')
  writeFileSync(join(dir, 'assets/app-abcd1234.js.gz'), gzipSync('console.log(1)'))
  return dir
}

const app = Fastify()
beforeAll(async () => {
  const shell = createWebShell({
    siteDir: await siteAt(),
    publicUrl: () => 'https://hub.example.org',
    describe: async (path) => {
      if (path === '/acme/secret') return 'missing'
      if (path !== '/acme/bert') return null
      return {
        title: '<b>acme/bert</b>',
        description: 'A "small" model',
        canonicalPath: '/acme/bert',
        lead: '</div><script>x</script>',
      }
    },
  })
  app.setErrorHandler((error: { status?: number; code?: string }, _request, reply) =>
    reply.code(error.status ?? 500).send({ code: error.code }),
  )
  app.setNotFoundHandler(async (request, reply) => shell(request, reply))
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })

describe('web shell', () => {
  it('injects the facts of a public page, escaped', async () => {
    const page = await get('/acme/bert')
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('<title>&lt;b&gt;acme/bert&lt;/b&gt; · Stoa</title>')
    expect(page.body).toContain('content="A &quot;small&quot; model"')
    expect(page.body).toContain('<link rel="canonical" href="https://hub.example.org/acme/bert" />')
    expect(page.body).not.toContain('<script>x')
  })

  it('forbids foreign and inline scripts, except the one it ships', async () => {
    const policy = String((await get('/models')).headers['content-security-policy'])
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/]+=*'/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
  })

  it('answers a private page to strangers exactly as a missing one', async () => {
    const [secret, missing] = [await get('/acme/secret'), await get('/acme/secret')]
    expect(secret.statusCode).toBe(404)
    expect(secret.body).toBe(missing.body)
    expect((await get('/acme/secret', { cookie: 'stoa=1' })).statusCode).toBe(200)
  })

  it('caches files for good and pages never', async () => {
    const file = await get('/assets/app-abcd1234.js', { 'accept-encoding': 'gzip' })
    expect(file.headers['cache-control']).toContain('immutable')
    expect(file.headers['content-encoding']).toBe('gzip')
    const page = await get('/models')
    expect(page.headers['cache-control']).toBe('no-cache')
    expect((await get('/models', { 'if-none-match': String(page.headers.etag) })).statusCode).toBe(304)
  })

  it('never answers a program with a page', async () => {
    for (const path of ['/api/nothing', '/v1/nothing', '/xet/store/v2/nothing', '/assets/gone-12345678.js']) {
      expect((await get(path)).statusCode).toBe(404)
      expect((await get(path)).headers['content-type']).toContain('json')
    }
    expect((await app.inject({ method: 'POST', url: '/models' })).statusCode).toBe(404)
  })
})
