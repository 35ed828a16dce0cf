import { readFileSync } from 'node:fs'
import { makeScimHouse, type ScimHouse, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

interface Exchange {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body?: object
  readonly status: number
  /** What the answer holds at least. */
  readonly answer?: object
  /** The name under which the id of the answer is used further on. */
  readonly keep?: string
}

let server: TestServer
let house: ScimHouse
beforeAll(async () => {
  server = await startTestServer()
  house = await makeScimHouse(server, 'acme', 'acme.example')
}, 60_000)
afterAll(() => server.stop())

/** Shapes by the public documentation of both services; a folder of exchanges each. */
it.each(['entra', 'okta'])('[T5] takes what %s sends, in its order', async (client) => {
  const file = new URL(`../testdata/${client}.json`, import.meta.url)
  const { exchanges } = JSON.parse(readFileSync(file, 'utf8')) as { exchanges: readonly Exchange[] }
  const kept = new Map<string, string>()
  const fill = (text: string): string =>
    text.replace(/\{(id|group|other)\}/g, (whole, key: string) => kept.get(key) ?? whole)
  for (const { name, method, path, body, status, answer, keep } of exchanges) {
    const sent = body === undefined ? undefined : (JSON.parse(fill(JSON.stringify(body))) as object)
    const got = await house.scim.send(method, encodeURI(fill(path)), sent)
    expect([name, got.status, got.status === status ? '' : got.body]).toEqual([name, status, ''])
    if (answer) expect(got.body, name).toMatchObject(JSON.parse(fill(JSON.stringify(answer))) as object)
    if (keep) kept.set(keep, String(got.body['id']))
  }
  const { activity } = (
    await house.boss.ask<{ activity: { status: number; detail: string }[] }>(
      'GET',
      '/api/v1/accounts/orgs/acme/provisioning/activity',
    )
  ).body
  expect(activity.filter(({ status }) => status >= 400)).toEqual([])
})
