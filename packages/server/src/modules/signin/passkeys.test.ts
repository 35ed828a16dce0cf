import { changePassword, type FactorsView, redeemLink, type SessionView } from '@stoa/contracts'
import { ask, createTestClock, join, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addPasskey, at, codeOf, placeOf, showSecond, signIn } from './signin-person.suite.js'
import { type AskedByServer, makePasskey, type SoftPasskey, usePasskey } from './soft-authenticator.suite.js'

const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
let server: TestServer
let ada: Person
let ben: Person
let place: { origin: string; rpId: string }
let adas: SoftPasskey
let bens: SoftPasskey

beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  place = await placeOf(ada)
})
afterAll(() => server.stop())

const post = <T = unknown>(path: string, cookie = '', body?: unknown) =>
  ask<T>(server.url + at + path, 'POST', { cookie, ...(body === undefined ? {} : { body }) })
const options = async (path: string, cookie = '') => (await post<AskedByServer>(path, cookie)).body
const alone = async (passkey: SoftPasskey, circumstances = place as Parameters<typeof usePasskey>[2]) =>
  post<SessionView>('/passkey', '', { response: usePasskey(passkey, await options('/passkey/options'), circumstances) })

describe('a passkey', () => {
  it('is registered, named, listed, and brings recovery codes with the first', async () => {
    const added = await addPasskey(ada)
    adas = added.passkey
    expect(added.codes).toHaveLength(10)
    expect((await addPasskey(ada)).codes).toBeNull()
    const { body } = await ada.ask<FactorsView>('GET', `${at}/factors`)
    expect(body.passkeys.map((one) => one.name)).toEqual(['My laptop', 'My laptop'])
    const renamed = await ada.ask('PATCH', `${at}/passkeys/${added.id}`, { name: 'Key on my ring' })
    expect(renamed.body).toMatchObject({ name: 'Key on my ring' })
    expect((await ben.ask('PATCH', `${at}/passkeys/${added.id}`, { name: 'mine' })).status).toBe(404)
    expect((await ben.ask('DELETE', `${at}/passkeys/${added.id}`)).status).toBe(404)
    bens = (await addPasskey(ben)).passkey
  })

  it('signs in alone, as two factors', async () => {
    const answer = await alone(adas)
    expect(answer.body.user?.name).toBe('ada')
    const profile = await ask(`${server.url}/api/v1/accounts/profile`, 'GET', { cookie: answer.cookie })
    expect(profile.body).toMatchObject({ name: 'ada' })
  })

  it('does not sign in alone when the device verified nobody', async () => {
    expect(codeOf(await alone(adas, { ...place, isVerified: false }))).toBe('PasskeyRefused')
  })

  it('is refused from another origin, for another host, and by another key', async () => {
    expect(codeOf(await alone(adas, { ...place, origin: 'https://evil.example' }))).toBe('PasskeyRefused')
    expect(codeOf(await alone(adas, { ...place, rpId: 'evil.example' }))).toBe('PasskeyRefused')
    const forged = { ...bens, credentialId: adas.credentialId, userHandle: adas.userHandle }
    expect(codeOf(await alone(forged))).toBe('PasskeyRefused')
    const borrowed = { ...adas, userHandle: bens.userHandle }
    expect(codeOf(await alone(borrowed))).toBe('PasskeyRefused')
  })

  it('answers a challenge once, in time, and in its place', async () => {
    const asked = await options('/passkey/options')
    const response = usePasskey(adas, asked, place)
    expect((await post<SessionView>('/passkey', '', { response })).body.user?.name).toBe('ada')
    expect(codeOf(await post('/passkey', '', { response }))).toBe('PasskeyRefused')
    const late = await options('/passkey/options')
    clock.advanceMs(5 * 60_000 + 1)
    expect(codeOf(await post('/passkey', '', { response: usePasskey(adas, late, place) }))).toBe('PasskeyRefused')
    const invented = { challenge: Buffer.from('a challenge of my own making, yes').toString('base64url') }
    expect(codeOf(await post('/passkey', '', { response: usePasskey(adas, invented, place) }))).toBe('PasskeyRefused')
    const elsewhere = await options('/confirm/options', ada.cookie)
    expect(codeOf(await post('/passkey', '', { response: usePasskey(adas, elsewhere, place) }))).toBe('PasskeyRefused')
  })

  it('whose counter went back is a copy, and refused', async () => {
    const copy = { ...adas, counter: 0 }
    expect(codeOf(await alone(copy))).toBe('PasskeyRefused')
    expect((await alone(adas)).status).toBe(200)
  })

  it('is a second factor after the password; somebody else’s is none', async () => {
    const half = await signIn(server, 'ada')
    expect(half.body.pending?.methods).toEqual(['passkey', 'recovery'])
    const wrong = usePasskey(bens, await options('/second/options', half.cookie), place)
    expect(codeOf(await showSecond(server, half.cookie, { method: 'passkey', response: wrong }))).toBe('PasskeyRefused')
    const asked = await options('/second/options', half.cookie)
    const other = await signIn(server, 'ada')
    const response = usePasskey(adas, asked, { ...place, isVerified: false })
    // The question belongs to the half sign-in it was asked in.
    expect(codeOf(await showSecond(server, other.cookie, { method: 'passkey', response }))).toBe('PasskeyRefused')
    const right = usePasskey(adas, await options('/second/options', half.cookie), { ...place, isVerified: false })
    const full = await showSecond(server, half.cookie, { method: 'passkey', response: right })
    expect(full.body.user?.name).toBe('ada')
    expect(codeOf(await post('/second/options'))).toBe('SignInExpired')
  })

  it('confirms that it is me', async () => {
    const signedIn = await alone(adas)
    clock.advanceMs(16 * 60_000)
    expect(codeOf(await post('/passkeys/options', signedIn.cookie))).toBe('ConfirmationRequired')
    const response = usePasskey(adas, await options('/confirm/options', signedIn.cookie), place)
    const confirmed = await post('/confirm', signedIn.cookie, { method: 'passkey', response })
    expect(confirmed.status).toBe(204)
    expect((await post('/passkeys/options', confirmed.cookie)).status).toBe(200)
  })

  it('is not registered by an answer to another person, and not twice', async () => {
    const dee = await join(server, 'dee')
    const eli = await join(server, 'eli')
    const asked = await dee.ask<AskedByServer & { user: { id: string } }>('POST', `${at}/passkeys/options`)
    const made = makePasskey(asked.body, place)
    const body = { name: 'stolen', response: made.response }
    expect(codeOf(await eli.ask('POST', `${at}/passkeys`, body))).toBe('PasskeyRefused')
    expect(codeOf(await dee.ask('POST', `${at}/passkeys`, body))).toBe('PasskeyRefused')
    const foreign = await dee.ask<AskedByServer & { user: { id: string } }>('POST', `${at}/passkeys/options`)
    const evil = makePasskey(foreign.body, { ...place, origin: 'https://evil.example' })
    expect(codeOf(await dee.ask('POST', `${at}/passkeys`, { name: 'x', response: evil.response }))).toBe(
      'PasskeyRefused',
    )
  })

  it('that was the last factor leaves a password sign-in, without recovery codes', async () => {
    const fay = await join(server, 'fay')
    const { id } = await addPasskey(fay)
    expect((await fay.ask('DELETE', `${at}/passkeys/${id}`)).status).toBe(204)
    const { body } = await fay.ask<FactorsView>('GET', `${at}/factors`)
    expect(body).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 })
    expect((await signIn(server, 'fay', TEST_PASSWORD)).body.user?.name).toBe('fay')
  })

  it('is enough for the first admin, who may take on a password later and nobody else for them', async () => {
    const link = await server.running.app.accounts.makeAdminLink()
    const redeemed = await ask<SessionView>(`${server.url}${redeemLink.path}`, 'POST', {
      body: { secret: link?.split('#')[1], name: 'grace' },
    })
    const { cookie } = redeemed
    expect(redeemed.body.user).toMatchObject({ name: 'grace', isAdmin: true })
    const set = (next: string, current?: string) =>
      ask(server.url + changePassword.path, 'POST', { cookie, body: { next, ...(current ? { current } : {}) } })
    // Without a password and without a passkey there is nothing that shows who it is.
    expect(codeOf(await set('three unrelated words'))).toBe('WrongPassword')
    const send = <T>(method: string, path: string, body?: unknown) =>
      ask<T>(server.url + path, method, { cookie, ...(body === undefined ? {} : { body }) })
    const { passkey } = await addPasskey({ ask: send })
    expect((await alone(passkey)).body.user?.name).toBe('grace')
    clock.advanceMs(16 * 60_000)
    expect(codeOf(await set('three unrelated words'))).toBe('ConfirmationRequired')
    const fresh = await alone(passkey)
    const first = await ask(server.url + changePassword.path, 'POST', {
      cookie: fresh.cookie,
      body: { next: 'three unrelated words' },
    })
    expect(first.status).toBe(204)
    expect(codeOf(await ada.ask('POST', changePassword.path, { next: 'three unrelated words' }))).toBe('WrongPassword')
  })

  it('asks from another site are refused', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    for (const path of ['/passkey/options', '/second/options'])
      expect((await ask(server.url + at + path, 'POST', { headers })).status).toBe(403)
  })
})
