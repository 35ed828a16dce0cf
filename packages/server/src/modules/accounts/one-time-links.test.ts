import { applyManifest, inspectLink, redeemLink, session, type SessionView, signIn } from '@stoa/contracts'
import { ask, createTestClock, join, joinAsAdmin, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const clock = createTestClock(new Date('2026-03-01T00:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

interface Refusal {
  readonly error: { readonly code: string }
}
const post = <T = Refusal>(path: string, body: object) => ask<T>(server.url + path, 'POST', { body })
const secretOf = (link: string): string => link.split('#')[1] ?? ''
const DAY_MS = 24 * 3_600_000

describe('one-time links', () => {
  it('[V1] the printed one makes the first admin, once, and only the newest works', async () => {
    const { accounts } = server.running.app
    const [older, newer] = [await accounts.makeAdminLink(), await accounts.makeAdminLink()]
    if (!older || !newer) throw new Error('no link')
    expect(newer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/redeem#[\w-]{43}$/)
    expect((await post(inspectLink.path, { secret: secretOf(older) })).body.error.code).toBe('LinkInvalid')
    const shown = await post<{ purpose: string; name: null }>(inspectLink.path, { secret: secretOf(newer) })
    expect(shown.body).toMatchObject({ purpose: 'first_admin', name: null })

    const body = { secret: secretOf(newer), name: 'rita', fullname: 'Rita', email: 'rita@example.org' }
    expect((await post(redeemLink.path, { ...body, password: 'weak' })).body.error.code).toBe('PasswordTooWeak')
    expect((await post(redeemLink.path, { ...body, name: 'api', password: TEST_PASSWORD })).body.error.code).toBe(
      'NameInvalid',
    )
    const two = await Promise.all(
      [1, 2].map(() => post<SessionView>(redeemLink.path, { ...body, password: TEST_PASSWORD })),
    )
    expect(two.map((answer) => answer.status).sort()).toEqual([200, 404])
    const won = two.find((answer) => answer.status === 200)
    expect(won?.body).toMatchObject({
      user: { name: 'rita', isAdmin: true, emailVerified: true },
      flags: { needsAdmin: false },
    })
    const view = await ask<SessionView>(server.url + session.path, 'GET', { cookie: won?.cookie ?? '' })
    expect(view.body.user?.name).toBe('rita')
    expect(await accounts.makeAdminLink()).toBeNull()
  })

  it('a recovery link sets the password of the first admin and ends their sessions', async () => {
    const link = await server.running.app.accounts.makeRecoveryLink()
    const before = await post<SessionView>(signIn.path, { login: 'rita', password: TEST_PASSWORD })
    expect((await post<{ name: string }>(inspectLink.path, { secret: secretOf(link ?? '') })).body.name).toBe('rita')
    const body = { secret: secretOf(link ?? ''), password: 'a brand new password' }
    expect((await post(redeemLink.path, body)).status).toBe(200)
    const old = await ask<SessionView>(server.url + session.path, 'GET', { cookie: before.cookie })
    expect(old.body.user).toBeNull()
    expect((await post(signIn.path, { login: 'rita', password: TEST_PASSWORD })).status).toBe(401)
    expect((await post(signIn.path, { login: 'rita', password: 'a brand new password' })).status).toBe(200)
  })

  it('end after a day, and unknown ones answer as used ones', async () => {
    const link = await server.running.app.accounts.makeRecoveryLink()
    clock.advanceMs(DAY_MS)
    const late = await post(redeemLink.path, { secret: secretOf(link ?? ''), password: TEST_PASSWORD })
    const unknown = await post(redeemLink.path, { secret: 'x'.repeat(43), password: TEST_PASSWORD })
    expect(late.status).toBe(404)
    expect(late.body).toEqual(unknown.body)
  })
})

it('sessions end when idle for two weeks, and access tokens at their time, warm or not', async () => {
  const iris = await join(server, 'iris')
  const token = await iris.ask<{ secret: string }>('POST', '/api/v1/accounts/tokens', {
    name: 'short',
    role: 'read',
    expiresInDays: 1,
  })
  const who = () =>
    ask(`${server.url}/api/whoami-v2`, 'GET', { headers: { authorization: `Bearer ${token.body.secret}` } })
  expect((await who()).status).toBe(200)
  clock.advanceMs(DAY_MS)
  expect((await who()).status).toBe(401)
  const view = () => iris.ask<SessionView>('GET', session.path)
  expect((await view()).body.user?.name).toBe('iris')
  clock.advanceMs(14 * DAY_MS)
  expect((await view()).body.user).toBeNull()
})

it('a user made by a manifest sets a password through the link that was shown', async () => {
  const fresh = await startTestServer()
  try {
    const admin = await joinAsAdmin(fresh)
    const documents = [{ name: 'm', text: 'users: [{ name: invited }]' }]
    const { issued } = await admin.client.call(applyManifest, { body: { documents } })
    const secret = secretOf(issued[0]?.secret ?? '')
    const body = { secret, password: TEST_PASSWORD }
    const answer = await ask<SessionView>(fresh.url + redeemLink.path, 'POST', { body })
    expect(answer.body.user).toMatchObject({ name: 'invited', isAdmin: false })
  } finally {
    await fresh.stop()
  }
})
