import { expect, it } from 'vitest'
import { startTestServer } from './test-server.js'

it('starts a real server on an empty folder and stops it', async () => {
  const server = await startTestServer()
  const answer = await fetch(`${server.url}/api/nothing-here`)
  expect(answer.status).toBe(404)
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{24}$/)
  await server.settled()
  await server.stop()
})

it('says that it is alive and ready, and only that without the web role', async () => {
  const server = await startTestServer({ env: { STOA_ROLES: 'worker' } })
  const ready = await fetch(`${server.url}/readyz`)
  expect(ready.status).toBe(200)
  expect(await ready.json()).toEqual({ status: 'ready', checks: { database: 'ok', blobs: 'ok' } })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${server.url}/api/models`)).status).toBe(404)
  await server.stop()
})
