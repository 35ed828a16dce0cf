import { changeEmail, type FactorsView, type SessionView } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  join,
  joinAsAdmin,
  type Person,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTotp, at, codeOf, showSecond, signIn, totpCode } from './signin-person.suite.js'

const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
const nowMs = (): number => clock.now().getTime()
const STEP_MS = 30_000
const SESSION = '/api/v1/accounts/session'
let server: TestServer
let root: Person
let ada: Person
let ben: Person
let app: { secret: string; codes: string[]; used: string }

beforeAll(async () => {
  server = await startTestServer({ clock })
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
})
afterAll(() => server.stop())

const who = async (cookie: string): Promise<string | undefined> =>
  (await ask<SessionView>(server.url + SESSION, 'GET', { cookie })).body.user?.name

describe('an authenticator app', () => {
  it('is added by its first code, brings ten recovery codes and ends other sessions', async () => {
    const other = await signIn(server, 'ada')
    expect(other.body.user?.name).toBe('ada')
    const started = await ada.ask<{ uri: string; secret: string }>('POST', `${at}/totp/start`)
    expect(started.body.uri).toMatch(/^otpauth:\/\/totp\/Stoa/)
    expect(codeOf(await ada.ask('POST', `${at}/totp`, { code: '000000' }))).toBe('SecondFactorWrong')
    app = await addTotp(ada, nowMs())
    expect(new Set(app.codes).size).toBe(10)
    expect(await who(other.cookie)).toBeUndefined()
    const { body } = await ada.ask<FactorsView>('GET', `${at}/factors`)
    expect(body).toMatchObject({ recoveryCodesLeft: 10, totpSince: '2026-11-20T12:00:00.000Z', hasPassword: true })
    expect(codeOf(await ada.ask('POST', `${at}/totp/start`))).toBe('FactorExists')
    expect((await ada.ask<SessionView>('GET', SESSION)).body.user).toMatchObject({ hasSecondFactor: true })
  })

  it('is asked for after the password; the half sign-in opens no door and its code works once', async () => {
    const half = await signIn(server, 'ada')
    expect(half.body).toMatchObject({ user: null, pending: { methods: ['totp', 'recovery'] } })
    expect(half.headers.get('set-cookie')).toMatch(/^stoa_half=.*HttpOnly; SameSite=Strict; Max-Age=600$/)
    expect(await who(half.cookie)).toBeUndefined()
    const asSession = half.cookie.replace('stoa_half', 'stoa_session')
    for (const [method, path] of [
      ['GET', '/api/v1/accounts/profile'],
      ['GET', '/api/whoami-v2'],
      ['POST', `${at}/totp/start`],
      ['POST', '/api/v1/accounts/tokens'],
      ['POST', '/api/repos/create'],
    ] as const)
      for (const cookie of [half.cookie, asSession])
        expect(
          (await ask(server.url + path, method, { cookie, body: method === 'POST' ? {} : undefined })).status,
          path,
        ).toBe(401)
    // The code that added the app is used up, also within its window.
    expect(codeOf(await showSecond(server, half.cookie, { method: 'totp', code: app.used }))).toBe('SecondFactorWrong')
    clock.advanceMs(STEP_MS)
    const code = totpCode(app.secret, nowMs())
    const full = await showSecond(server, half.cookie, { method: 'totp', code })
    expect(full.body.user?.name).toBe('ada')
    expect(await who(full.cookie)).toBe('ada')
    expect(full.cookie).not.toContain(half.cookie.split('=')[1] as string)
    expect(codeOf(await showSecond(server, half.cookie, { method: 'totp', code }))).toBe('SignInExpired')
    const again = await signIn(server, 'ada')
    expect(codeOf(await showSecond(server, again.cookie, { method: 'totp', code }))).toBe('SecondFactorWrong')
  })

  it('of somebody else opens nothing, and tokens go on working meanwhile', async () => {
    const half = await signIn(server, 'ada')
    const bens = await addTotp(ben, nowMs())
    clock.advanceMs(STEP_MS)
    const wrong = await showSecond(server, half.cookie, { method: 'totp', code: totpCode(bens.secret, nowMs()) })
    expect(codeOf(wrong)).toBe('SecondFactorWrong')
    const crossed = await showSecond(server, half.cookie, { method: 'recovery', code: bens.codes[0] })
    expect(codeOf(crossed)).toBe('SecondFactorWrong')
    const headers = { authorization: `Bearer ${ada.token}` }
    expect((await ask(`${server.url}/api/whoami-v2`, 'GET', { headers })).status).toBe(200)
    const git = await ask(`${server.url}/api/whoami-v2`, 'GET', { headers, cookie: half.cookie })
    expect(git.status).toBe(200)
  })

  it('is guessed slower and slower, and ten wrong ones end the half sign-in', async () => {
    const cy = await join(server, 'cy')
    await addTotp(cy, nowMs())
    const half = await signIn(server, 'cy')
    const seen: string[] = []
    for (let i = 0; i < 16; i += 1) {
      const answer = await showSecond(server, half.cookie, { method: 'totp', code: '123456' })
      seen.push(codeOf(answer))
      clock.advanceMs(answer.status === 429 ? Number(answer.headers.get('retry-after')) * 1000 : 0)
    }
    expect(seen.slice(0, 5)).toEqual(Array(5).fill('SecondFactorWrong'))
    expect(seen).toContain('SignInThrottled')
    expect(seen.at(-1)).toBe('SignInExpired')
  })

  it('has ten tries, also when they come all at once', async () => {
    const dan = await join(server, 'dan')
    const { secret } = await addTotp(dan, nowMs())
    const half = await signIn(server, 'dan')
    clock.advanceMs(STEP_MS)
    const tries = Array.from({ length: 30 }, () => showSecond(server, half.cookie, { method: 'totp', code: '123456' }))
    const codes = (await Promise.all(tries)).map(codeOf)
    expect(codes.filter((code) => code === 'SecondFactorWrong').length).toBeLessThanOrEqual(10)
    const late = await showSecond(server, half.cookie, { method: 'totp', code: totpCode(secret, nowMs()) })
    expect(codeOf(late)).toBe('SignInExpired')
  })

  it('waits ten minutes for the second factor', async () => {
    const half = await signIn(server, 'ada')
    clock.advanceMs(10 * 60_000)
    const late = await showSecond(server, half.cookie, { method: 'totp', code: totpCode(app.secret, nowMs()) })
    expect(codeOf(late)).toBe('SignInExpired')
    expect(codeOf(await showSecond(server, '', { method: 'totp', code: '123456' }))).toBe('SignInExpired')
  })
})

describe('recovery codes', () => {
  it('sign in once each, also written differently', async () => {
    const half = await signIn(server, 'ada')
    const code = ` ${app.codes[0]?.toUpperCase().replace('-', ' ')} `
    expect((await showSecond(server, half.cookie, { method: 'recovery', code })).body.user?.name).toBe('ada')
    const again = await signIn(server, 'ada')
    expect(codeOf(await showSecond(server, again.cookie, { method: 'recovery', code }))).toBe('SecondFactorWrong')
  })

  it('are renewed by the person after confirming, and the old ones stop', async () => {
    const session = await showSecond(server, (await signIn(server, 'ada')).cookie, {
      method: 'recovery',
      code: app.codes[1],
    })
    const renew = (cookie: string) =>
      ask<{ recoveryCodes: string[] }>(`${server.url}${at}/recovery-codes`, 'POST', { cookie })
    clock.advanceMs(16 * 60_000)
    expect(codeOf(await renew(session.cookie))).toBe('ConfirmationRequired')
    const confirmed = await ask(`${server.url}${at}/confirm`, 'POST', {
      cookie: session.cookie,
      body: { method: 'password', password: TEST_PASSWORD },
    })
    expect(confirmed.status).toBe(204)
    expect(await who(session.cookie)).toBeUndefined()
    const fresh = await renew(confirmed.cookie)
    expect(fresh.body.recoveryCodes).toHaveLength(10)
    const half = await signIn(server, 'ada')
    expect(codeOf(await showSecond(server, half.cookie, { method: 'recovery', code: app.codes[2] }))).toBe(
      'SecondFactorWrong',
    )
    const full = await showSecond(server, half.cookie, { method: 'recovery', code: fresh.body.recoveryCodes[0] })
    expect(full.body.user?.name).toBe('ada')
  })

  it('are stored only as keyed hashes', async () => {
    const { rows } = await server.running.kit.db
      .selectFrom('signin.recoveryCodes')
      .selectAll()
      .execute()
      .then((all) => ({ rows: all }))
    expect(JSON.stringify(rows)).not.toContain(app.codes[5]?.replace('-', ''))
  })
})

describe('confirming', () => {
  it('is needed for dangerous acts after fifteen minutes, for nobody by a token', async () => {
    const dee = await join(server, 'dee')
    clock.advanceMs(16 * 60_000)
    for (const [method, path, body] of [
      ['POST', `${at}/totp/start`, undefined],
      ['POST', `${at}/passkeys/options`, undefined],
      ['DELETE', `${at}/totp`, undefined],
      ['PUT', changeEmail.path, { email: 'dee@example.org' }],
    ] as const)
      expect(codeOf(await dee.ask(method, path, body)), path).toBe('ConfirmationRequired')
    const headers = { authorization: `Bearer ${dee.token}` }
    expect(codeOf(await ask(`${server.url}${at}/totp/start`, 'POST', { headers }))).toBe('SessionRequired')
    expect(codeOf(await ask(`${server.url}${at}/factors`, 'GET', { headers }))).toBe('SessionRequired')
    expect((await ask(`${server.url}${at}/factors`, 'GET')).status).toBe(401)
    expect(codeOf(await dee.ask('POST', `${at}/confirm`, { method: 'password', password: 'wrong' }))).toBe(
      'WrongPassword',
    )
    expect(codeOf(await dee.ask('POST', `${at}/confirm`, { method: 'totp', code: '123456' }))).toBe('SecondFactorWrong')
    const confirmed = await dee.ask('POST', `${at}/confirm`, { method: 'password', password: TEST_PASSWORD })
    const start = await ask(`${server.url}${at}/totp/start`, 'POST', { cookie: confirmed.cookie })
    expect(start.status).toBe(200)
  })

  it('is needed by those who run the platform to make a token that does', async () => {
    const token = { name: 'runs', role: 'write' }
    clock.advanceMs(16 * 60_000)
    expect(codeOf(await root.ask('POST', '/api/v1/accounts/tokens', token))).toBe('ConfirmationRequired')
    expect(
      codeOf(await root.ask('POST', '/api/v1/accounts/admin/impersonations', { user: 'ben', reason: 'to help' })),
    ).toBe('ConfirmationRequired')
  })
})
