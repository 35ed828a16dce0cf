import * as contracts from '@stoa/contracts'
import { expect, it } from 'vitest'
import { startTestServer } from './test-server.js'

function collect(value: unknown, depth: number, found: Map<string, contracts.Route>): void {
  if (typeof value !== 'object' || value === null) return
  if ('id' in value && 'method' in value && 'family' in value)
    found.set((value as contracts.Route).id, value as contracts.Route)
  else if (depth < 4 && (depth < 0 || Object.getPrototypeOf(value) === Object.prototype))
    for (const inner of Object.values(value)) collect(inner, depth + 1, found)
}

/** Answered by the door in front of the router, not by it. */
const isDoor = (route: contracts.Route): boolean => route.family === 'openai' || route.family === 'inference'

it('answers every route that the contracts promise', async () => {
  const promised = new Map<string, contracts.Route>()
  collect({ ...contracts }, -1, promised)
  const server = await startTestServer()
  const bound = new Set(server.running.app.http.routes().map((route) => route.id))
  await server.stop()
  const missing = [...promised.values()]
    .filter((route) => !isDoor(route) && !bound.has(route.id))
    .map((route) => route.id)
  expect(missing).toEqual([])
})
