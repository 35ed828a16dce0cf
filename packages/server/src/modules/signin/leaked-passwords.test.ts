import { applyManifest, changePassword, redeemLink, signUp } from '@stoa/contracts'
import { ask, join, joinAsAdmin, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Refusal } from './signin-person.suite.js'

/** Long enough for every other rule, and in every list of leaked passwords. */
const LEAKED = 'B4sk3tball!9'
let server: TestServer
let root: Person
let ada: Person
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
})
afterAll(() => server.stop())

const post = (path: string, body: object) => ask<Refusal>(server.url + path, 'POST', { body })

it('a leaked password is refused wherever one is set, and the answer says why', async () => {
  const link = await server.running.app.accounts.makePasswordLink(ada.id)
  const answers = [
    await post(signUp.path, { name: 'ben', password: LEAKED }),
    await ada.ask<Refusal>('POST', changePassword.path, { current: TEST_PASSWORD, next: LEAKED }),
    await post(redeemLink.path, { secret: link.split('#')[1], password: LEAKED }),
  ]
  for (const { status, body } of answers) {
    expect([status, body.error.code]).toEqual([422, 'PasswordTooWeak'])
    expect(body.error.message).toMatch(/leaked elsewhere/)
  }
  const documents = [{ name: 'm', text: `users: [{ name: cy, password: ${LEAKED} }]\n` }]
  const applied = await root.ask('POST', applyManifest.path, { documents })
  expect(applied.status).toBe(422)
  expect(JSON.stringify(applied.body)).toMatch(/leaked elsewhere/)
  // The link is not used up by a password that was refused.
  const good = await post(redeemLink.path, { secret: link.split('#')[1], password: 'three unrelated words' })
  expect(good.status).toBe(200)
})
