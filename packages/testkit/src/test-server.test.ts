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
