import { createOrg, session, type SessionView, signIn, signOut, signUp, whoami } from '@stoa/contracts'
import { type Answer, ask, join, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}

const post = <T = Refusal>(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer<T>> =>
  ask<T>(server.url + path, 'POST', { body, headers })

describe('signing up, in and out', () => {
  it('[V1] makes one account that every part of the platform knows', async () => {
    const vera = await join(server, 'vera')
    expect(vera.cookie).toMatch(/^stoa_session=[\w-]{43}$/)
    const view = await vera.ask<SessionView>('GET', session.path)
    expect(view.body.user).toMatchObject({ name: 'vera', fullname: 'vera', isAdmin: false, email: null })
    expect(view.body.flags).toEqual({ lenient: false, signUp: 'open', needsAdmin: true })
    const me = await vera.client.call(whoami, {})
    expect(me).toMatchObject({ type: 'user', id: vera.id, name: 'vera', orgs: [] })
  })

  it('refuses names that are taken in any case, reserved or malformed, and weak passwords', async () => {
    await join(server, 'taken')
    const attempt = async (name: string, password = TEST_PASSWORD) =>
      (await post(signUp.path, { name, password })).body.error.code
    expect(await attempt('TAKEN')).toBe('NameTaken')
    expect(await attempt('api')).toBe('NameInvalid')
    expect(await attempt('a--b')).toBe('NameInvalid')
    expect(await attempt('fresh', 'password123')).toBe('PasswordTooWeak')
    expect(await attempt('fresh', 'short')).toBe('PasswordTooWeak')
    expect(await attempt('x'.repeat(97))).toBe('InvalidRequest')
  })

  it('lets exactly one of two simultaneous sign-ups have the name', async () => {
    const both = await Promise.all(
      ['racer', 'RACER'].map((name) => post(signUp.path, { name, password: TEST_PASSWORD })),
    )
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409])
  })

  it('does not tell at sign-up or sign-in whether an e-mail address has an account', async () => {
    const body = { password: TEST_PASSWORD, email: 'shared@example.org' }
    const first = await post(signUp.path, { name: 'mail-one', ...body })
    const second = await post(signUp.path, { name: 'mail-two', ...body })
    expect([first.status, second.status]).toEqual([200, 200])
    const known = await post(signIn.path, { login: 'shared@example.org', password: 'not the password' })
    const unknown = await post(signIn.path, { login: 'nobody@example.org', password: 'not the password' })
    expect(known.status).toBe(401)
    expect(known.body).toEqual(unknown.body)
  })

  it('signs in by name in any case or by a verified e-mail address, and ends the session on sign-out', async () => {
    const joined = await post<SessionView>(signUp.path, {
      name: 'Wanda',
      email: 'Wanda@example.org',
      password: TEST_PASSWORD,
    })
    expect((await post(signIn.path, { login: 'wanda@example.org', password: TEST_PASSWORD })).status).toBe(401)
    const { accounts } = server.running.app
    const id = joined.body.user?.id ?? ''
    await server.running.kit.write((tx) => accounts.newcomers.setVerifiedEmail(tx, id, 'Wanda@example.org'))
    for (const login of ['wanda', 'wanda@EXAMPLE.org']) {
      const { cookie, status } = await post(signIn.path, { login, password: TEST_PASSWORD })
      expect(status).toBe(200)
      const out = await ask(server.url + signOut.path, 'POST', { cookie })
      expect(out.status).toBe(204)
      expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
      expect((await ask<SessionView>(server.url + session.path, 'GET', { cookie })).body.user).toBeNull()
    }
  })

  it('slows guessing down after five wrong passwords', async () => {
    await join(server, 'guessed')
    const guess = () => post(signIn.path, { login: 'guessed', password: 'wrong one' })
    for (let i = 0; i < 5; i += 1) expect((await guess()).status).toBe(401)
    const sixth = await guess()
    expect(sixth.body.error.code).toBe('SignInThrottled')
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('believes a cookie only from our own pages', async () => {
    const { cookie } = await join(server, 'xsite')
    const send = (origin: string) =>
      ask<Refusal>(server.url + createOrg.path, 'POST', { cookie, body: { name: 'xsite-org' }, headers: { origin } })
    expect((await send('https://evil.example')).body.error.code).toBe('CrossSiteRequest')
    const login = { login: 'xsite', password: TEST_PASSWORD }
    expect((await post(signIn.path, login, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await post(signIn.path, login, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await send(server.url)).status).toBe(200)
  })

  it('treats a stale cookie as a visitor, and a wrong token as a mistake on every route', async () => {
    const stale = await ask<SessionView>(server.url + session.path, 'GET', { cookie: 'stoa_session=stale' })
    expect(stale.body.user).toBeNull()
    for (const path of [session.path, '/api/users/vera/overview', whoami.path]) {
      for (const authorization of ['Bearer hf_unknown', 'Bearer', 'Digest x']) {
        const answer = await ask(server.url + path, 'GET', { headers: { authorization } })
        expect(answer.status, `${path} ${authorization}`).toBe(401)
      }
    }
    const hub = await ask(server.url + whoami.path, 'GET', { headers: { authorization: 'Bearer hf_unknown' } })
    expect(hub.headers.get('x-error-message')).toBe('Invalid credentials in Authorization header')
    expect((await ask(server.url + whoami.path, 'GET')).status).toBe(401)
  })
})
