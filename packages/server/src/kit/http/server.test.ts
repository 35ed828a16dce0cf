import { refuse, route } from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../clock.js'
import { createIds } from '../ids.js'
import { silentLog } from '../log.js'
import { type Actor, ANONYMOUS } from './actor.js'
import { parseRange } from './bytes.js'
import { createRateLimiter } from './rate-limit.js'
import { createHttp, type Http } from './server.js'

const echo = route({
  id: 'stoa.test.echo',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/echo/:name',
  summary: 'Echo',
  auth: 'write',
  params: z.object({ name: z.string().max(5) }),
  body: z.strictObject({ text: z.string() }),
  response: z.object({ text: z.string() }),
  errors: [],
})
const missing = route({
  id: 'hub.test.missing',
  family: 'hub',
  method: 'GET',
  path: '/api/missing',
  summary: 'x',
  auth: 'optional',
  errors: ['RepoNotFound'],
})
const broken = route({
  id: 'hub.test.broken',
  family: 'hub',
  method: 'GET',
  path: '/api/broken',
  summary: 'x',
  auth: 'none',
  errors: [],
})

const USER: Actor = {
  kind: 'user',
  userId: '1',
  name: 'ada',
  isAdmin: false,
  memberships: [],
  auth: { type: 'session', sessionId: 's' },
}
const READER: Actor = { ...USER, auth: { type: 'token', tokenId: 't', role: 'read', scopes: [] } }

describe('http', () => {
  let http: Http
  let url: string
  beforeAll(async () => {
    http = createHttp({
      authenticate: async ({ authorization, cookie }) => {
        if (authorization === 'Bearer bad') throw refuse('InvalidCredentials')
        if (authorization === 'Bearer read') return READER
        return cookie ? USER : ANONYMOUS
      },
      limiter: createRateLimiter(systemClock),
      publicUrl: () => url,
      checkResponses: true,
      ids: createIds(systemClock),
      log: silentLog,
    })
    http.scope('stoa').bind(echo, async ({ body }) => ({ text: body.text }))
    http.scope('hub').bind(missing, async () => {
      throw refuse('RepoNotFound')
    })
    http.scope('hub').bind(broken, async () => {
      throw new Error('secret detail')
    })
    const { port } = await http.listen('127.0.0.1', 0)
    url = `http://127.0.0.1:${port}`
  })
  afterAll(() => http.close())

  const post = (headers: Record<string, string>, body: unknown, name = 'ada') =>
    fetch(`${url}/api/v1/echo/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  it('answers a bound route to somebody who may write', async () => {
    const answer = await post({ cookie: 'a=b' }, { text: 'hi' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ text: 'hi' })
    expect(answer.headers.get('ratelimit')).toMatch(/^"api";r=\d+;t=\d+$/)
  })

  it('refuses the anonymous, wrong tokens, read tokens and other sites', async () => {
    expect((await post({}, { text: 'hi' })).status).toBe(401)
    expect((await post({ authorization: 'Bearer bad' }, { text: 'hi' })).status).toBe(401)
    expect((await post({ authorization: 'Bearer read' }, { text: 'hi' })).status).toBe(403)
    const foreign = await post({ cookie: 'a=b', origin: 'https://evil.example' }, { text: 'hi' })
    expect(await foreign.json()).toMatchObject({ error: { code: 'CrossSiteRequest' } })
  })

  it('names every wrong field and never reads past the limits', async () => {
    const wrong = await post({ cookie: 'a=b' }, { text: 1, more: true })
    expect(wrong.status).toBe(400)
    expect(JSON.stringify(await wrong.json())).toMatch(/text.*more/)
    expect((await post({ cookie: 'a=b' }, { text: 'x'.repeat(2_000_000) })).status).toBe(413)
    expect((await post({ cookie: 'a=b' }, { text: 'x' }, 'toolong')).status).toBe(400)
  })

  it('writes refusals in the dialect of the family and hides bugs', async () => {
    const gone = await fetch(`${url}/api/missing`, { headers: { 'x-amzn-trace-id': 'trace-1' } })
    expect(gone.status).toBe(404)
    expect(gone.headers.get('x-error-code')).toBe('RepoNotFound')
    expect(gone.headers.get('x-request-id')).toContain('trace-1')
    expect(await gone.json()).toEqual({ error: 'Repository not found' })
    const bug = await fetch(`${url}/api/broken`)
    expect(bug.status).toBe(500)
    expect(await bug.text()).not.toContain('secret')
  })
})

describe('parseRange', () => {
  it.each([
    ['bytes=0-3', { start: 0, endExclusive: 4 }],
    ['bytes=4-', { start: 4, endExclusive: 10 }],
    ['bytes=-3', { start: 7, endExclusive: 10 }],
    ['bytes=-30', { start: 0, endExclusive: 10 }],
    ['bytes=8-99', { start: 8, endExclusive: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', null],
    ['bytes=0-1,3-4', null],
    ['lines=1-2', null],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected)
  })
})
