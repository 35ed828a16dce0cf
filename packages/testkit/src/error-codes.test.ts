import { type ErrorCode, ERRORS, type Family, type Route } from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from './test-server.js'

const FAMILIES: readonly Family[] = ['hub', 'git', 'lfs', 'xet', 'storage']

/** An address of the route that names nothing. */
const addressOf = (route: Route): string =>
  route.path
    .replace(':kind', 'models')
    .replace(/:(namespace|name|repo|user)\b/g, 'nobody')
    .replace(/:(oid|hash)\b/g, '0'.repeat(64))
    .replace(/:\w+/g, '0-1')
    .replace('*', 'x')

describe('[C1] errors of the Hub', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.stop())

  const codeOf = async (path: string, init: RequestInit = {}): Promise<[number, string | null]> => {
    const answer = await fetch(server.url + path, { redirect: 'manual', ...init })
    await answer.arrayBuffer()
    return [answer.status, answer.headers.get('x-error-code')]
  }
  const isKnown = (code: string | null): boolean => code !== null && Object.hasOwn(ERRORS, code)

  it('carry a code that the registry knows, at every door, whatever is wrong with the request', async () => {
    const routes = server.running.app.http.routes().filter((route) => FAMILIES.includes(route.family))
    expect(routes.length).toBeGreaterThan(120)
    const silent: unknown[] = []
    for (const route of routes) {
      for (const headers of [{}, { authorization: 'Bearer hf_nobody' }]) {
        const body = route.method === 'GET' || route.method === 'HEAD' ? {} : { body: '{' }
        const init = { method: route.method, headers: { 'content-type': 'application/json', ...headers }, ...body }
        const [status, code] = await codeOf(addressOf(route), init)
        if (status < 400) continue
        if (!isKnown(code)) silent.push([route.id, status, code])
        else if (ERRORS[code as ErrorCode].status >= 500) silent.push([route.id, status, code])
      }
    }
    expect(silent).toEqual([])
  })

  it('carry one also where no route is meant', async () => {
    const json = { 'content-type': 'application/json' }
    const cases: [string, RequestInit, string][] = [
      ['/api/nothing', {}, 'NotFound'],
      ['/api/models/a/b/nothing-here', { method: 'DELETE' }, 'NotFound'],
      ['/api/models/%zz/b', {}, 'InvalidRequest'],
      ['/api/repos/create', { method: 'POST', body: '{', headers: json }, 'Unauthorized'],
      ['/api/models/a/b', { headers: { authorization: 'Basic !' } }, 'InvalidCredentials'],
      [`/api/models/a/${'b'.repeat(3000)}`, {}, 'RepoNotFound'],
    ]
    for (const [path, init, expected] of cases) {
      const [status, code] = await codeOf(path, init)
      expect([path.slice(0, 40), status >= 400, code]).toEqual([path.slice(0, 40), true, expected])
    }
  })
})
