import {
  changeEmail,
  confirmEmail,
  type EmailView,
  forgotPassword,
  getEmail,
  handOverLetter,
  inspectMailLink,
  listLetters,
  openLetter,
  removeEmail,
  resetPassword,
  type ResponseOf,
  session,
  type SessionView,
  signIn,
  signUp,
} from '@stoa/contracts'
import {
  type Answer,
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
import { letterTo, lettersTo } from '../letters.suite.js'
import { addTotp, showSecond, signIn as startSignIn, totpCode } from '../signin-person.suite.js'

let server: TestServer
let root: Person
const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
beforeAll(async () => {
  server = await startTestServer({ clock })
  root = await joinAsAdmin(server)
})
afterAll(() => server.stop())

interface Refusal {
  readonly error: { readonly code: string }
}
const HOUR_MS = 3_600_000
const codeOf = ({ status, body }: Answer<unknown>): string | number => (body as Refusal).error?.code ?? status
const post = <T = Refusal>(path: string, body: object, cookie = ''): Promise<Answer<T>> =>
  ask<T>(server.url + path, 'POST', { body, cookie })
const emailOf = async (who: Person): Promise<EmailView> => (await who.ask<EmailView>('GET', getEmail.path)).body
const confirm = (who: Person, secret: string) => who.ask('POST', confirmEmail.path, { secret })
const login = (name: string, password = TEST_PASSWORD) => post<SessionView>(signIn.path, { login: name, password })

async function joinVerified(name: string): Promise<Person> {
  const who = await join(server, name)
  const email = `${name}@example.org`
  expect((await who.ask('PUT', changeEmail.path, { email })).status).toBe(200)
  expect((await confirm(who, (await letterTo(server, email, 'email.verify')).secret)).status).toBe(200)
  return who
}

describe('an e-mail address', () => {
  it('counts once the link of its letter was opened by whoever gave it, once', async () => {
    const body = { name: 'vera', email: 'Vera@example.org', password: TEST_PASSWORD }
    const joined = await post<SessionView>(signUp.path, body)
    expect(joined.body.user).toMatchObject({ email: 'Vera@example.org', emailVerified: false })
    expect(codeOf(await login('vera@example.org'))).toBe('WrongPassword')
    const { secret, text } = await letterTo(server, 'vera@example.org', 'email.verify')
    expect(text).toContain(`${server.url}/login/confirm#`)
    const seen = await post<ResponseOf<typeof inspectMailLink>>(inspectMailLink.path, { secret })
    expect(seen.body).toMatchObject({ purpose: 'verify', name: 'vera', email: 'Vera@example.org' })
    const confirmed = await post<EmailView>(confirmEmail.path, { secret }, joined.cookie)
    expect(confirmed.body).toEqual({ email: 'Vera@example.org', isVerified: true, pending: null, isSending: false })
    expect((await login('vera@EXAMPLE.org')).status).toBe(200)
    expect(codeOf(await post(confirmEmail.path, { secret }, joined.cookie))).toBe('LinkInvalid')
  })

  it('is confirmed by nobody else: not by a stranger, not without signing in, not by a token, not too late', async () => {
    const [ann, eve] = [await join(server, 'ann'), await join(server, 'eve')]
    await ann.ask('PUT', changeEmail.path, { email: 'ann@example.org' })
    const { secret } = await letterTo(server, 'ann@example.org', 'email.verify')
    expect(codeOf(await confirm(eve, secret))).toBe('LinkInvalid')
    expect((await post(confirmEmail.path, { secret })).status).toBe(401)
    const headers = { authorization: `Bearer ${ann.token}` }
    for (const [method, path, body] of [
      ['POST', confirmEmail.path, { secret }],
      ['GET', getEmail.path, undefined],
      ['PUT', changeEmail.path, { email: 'b@example.org' }],
      ['DELETE', removeEmail.path, undefined],
    ] as const) {
      const answer = await ask<Refusal>(server.url + path, method, { headers, ...(body ? { body } : {}) })
      expect([path, codeOf(answer)]).toEqual([path, 'SessionRequired'])
    }
    expect(codeOf(await post(resetPassword.path, { secret, password: 'another good password' }))).toBe('LinkInvalid')
    clock.advanceMs(24 * HOUR_MS + 1)
    expect(codeOf(await confirm(ann, secret))).toBe('LinkInvalid')
    expect(await emailOf(ann)).toMatchObject({ email: null, isVerified: false, pending: null })
  })

  it('[T5] written down by somebody who hopes for its owner stays with its owner (pre-hijack)', async () => {
    const mallory = await post<SessionView>(signUp.path, {
      name: 'mallory',
      email: 'victim@example.org',
      password: TEST_PASSWORD,
    })
    const trap = await letterTo(server, 'victim@example.org', 'email.verify')
    const victim = await join(server, 'victim')
    // The owner of the mailbox opens the letter that the attacker caused, in their own browser: nothing is given away.
    expect(codeOf(await confirm(victim, trap.secret))).toBe('LinkInvalid')
    await victim.ask('PUT', changeEmail.path, { email: 'victim@example.org' })
    const own = (await lettersTo(server, 'victim@example.org')).find(({ secret }) => secret !== trap.secret)
    expect((await confirm(victim, own?.secret ?? '')).status).toBe(200)
    const view = await ask<SessionView>(server.url + session.path, 'GET', { cookie: mallory.cookie })
    expect(view.body.user).toMatchObject({ name: 'mallory', email: null })
    // Even the trap's link is worth nothing now.
    expect(codeOf(await post(confirmEmail.path, { secret: trap.secret }, mallory.cookie))).toBe('EmailTaken')
    expect((await login('victim@example.org')).body.user?.name).toBe('victim')
  })

  it('is changed in two steps: the old one counts until the new one is confirmed, and is told of both', async () => {
    const cora = await joinVerified('cora')
    await cora.ask('PUT', changeEmail.path, { email: 'cora@new.example' })
    expect(await emailOf(cora)).toMatchObject({
      email: 'cora@example.org',
      isVerified: true,
      pending: { email: 'cora@new.example' },
    })
    expect((await letterTo(server, 'cora@example.org', 'email.asked')).text).not.toContain('new.example')
    const { secret } = await letterTo(server, 'cora@new.example', 'email.verify')
    expect((await confirm(cora, secret)).status).toBe(200)
    await letterTo(server, 'cora@example.org', 'email.changed')
    expect((await login('cora@example.org')).status).toBe(401)
    expect((await login('cora@new.example')).status).toBe(200)
    expect(codeOf(await cora.ask('PUT', changeEmail.path, { email: 'cora@new.example' }))).toBe('InvalidRequest')
    clock.advanceMs(16 * 60_000)
    expect(codeOf(await cora.ask('PUT', changeEmail.path, { email: 'x@example.org' }))).toBe('ConfirmationRequired')
    expect(codeOf(await cora.ask('DELETE', removeEmail.path))).toBe('ConfirmationRequired')
    const again = { ...cora, cookie: (await login('cora')).cookie }
    const gone = await ask<EmailView>(server.url + removeEmail.path, 'DELETE', { cookie: again.cookie })
    expect(gone.body).toMatchObject({ email: null, isVerified: false })
    await letterTo(server, 'cora@new.example', 'email.changed')
  })

  it('gets as many letters as a person can bear', async () => {
    const dora = await join(server, 'dora')
    const answers = []
    for (let n = 0; n < 8; n++)
      answers.push(codeOf(await dora.ask('PUT', changeEmail.path, { email: 'flood@example.org' })))
    expect(answers).toEqual([200, 200, 200, 200, 200, 200, 'LetterLimit', 'LetterLimit'])
    // Only the link of the newest letter works; the others never leave.
    expect(await lettersTo(server, 'flood@example.org')).toHaveLength(1)
  })
})

describe('a forgotten password', () => {
  const forget = (email: string) => post(forgotPassword.path, { email })
  const next = 'a completely new password'

  it('is answered alike for everybody, and only a verified address gets a letter', async () => {
    await joinVerified('fred')
    await post(signUp.path, { name: 'gina', email: 'gina@example.org', password: TEST_PASSWORD })
    const [known, unknown, unverified] = [
      await forget('FRED@example.org'),
      await forget('nobody@example.org'),
      await forget('gina@example.org'),
    ]
    expect([known, unknown, unverified].map(({ status, body }) => [status, body])).toEqual(Array(3).fill([204, '']))
    expect((await lettersTo(server, 'fred@example.org')).map(({ kind }) => kind)).toContain('password.reset')
    expect(await lettersTo(server, 'nobody@example.org')).toEqual([])
    expect((await lettersTo(server, 'gina@example.org')).map(({ kind }) => kind)).toEqual(['email.verify'])
    const queued = await server.running.kit.db.selectFrom('kit.jobs').select('payload').execute()
    expect(JSON.stringify(queued)).not.toContain('example.org')
  })

  it('is set anew once, which ends every session, signs nobody in and tells the person', async () => {
    const hugo = await joinVerified('hugo')
    await forget('hugo@example.org')
    const first = await letterTo(server, 'hugo@example.org', 'password.reset')
    await forget('hugo@example.org')
    const { secret } = await letterTo(server, 'hugo@example.org', 'password.reset')
    expect(codeOf(await post(resetPassword.path, { secret: first.secret, password: next }))).toBe('LinkInvalid')
    expect(codeOf(await post(resetPassword.path, { secret, password: 'short' }))).toBe('PasswordTooWeak')
    const done = await post(resetPassword.path, { secret, password: next })
    expect([done.status, done.cookie]).toEqual([204, ''])
    expect(codeOf(await post(resetPassword.path, { secret, password: next }))).toBe('LinkInvalid')
    expect((await hugo.ask<SessionView>('GET', session.path)).body.user).toBeNull()
    expect([(await login('hugo')).status, (await login('hugo', next)).status]).toEqual([401, 200])
    await letterTo(server, 'hugo@example.org', 'password.changed')
  })

  it('[T5] is set anew without the second factor being forgotten: it is asked for as always, and a half sign-in of before ends', async () => {
    const lena = await joinVerified('lena')
    const { secret: app } = await addTotp(lena, clock.now().getTime())
    const before = await startSignIn(server, 'lena')
    await forget('lena@example.org')
    const { secret } = await letterTo(server, 'lena@example.org', 'password.reset')
    expect((await post(resetPassword.path, { secret, password: next })).status).toBe(204)
    clock.advanceMs(30_000)
    const code = totpCode(app, clock.now().getTime())
    expect(codeOf((await showSecond(server, before.cookie, { method: 'totp', code })) as never)).toBe('SignInExpired')
    const half = await startSignIn(server, 'lena', next)
    expect(half.body).toMatchObject({ user: null, pending: { methods: ['totp', 'recovery'] } })
    clock.advanceMs(30_000)
    const whole = await showSecond(server, half.cookie, {
      method: 'totp',
      code: totpCode(app, clock.now().getTime()),
    })
    expect(whole.body.user?.name).toBe('lena')
  })

  it('is not set by a link that is late, for another purpose, or written to an address of before', async () => {
    const ida = await joinVerified('ida')
    await forget('ida@example.org')
    const late = await letterTo(server, 'ida@example.org', 'password.reset')
    clock.advanceMs(24 * HOUR_MS + 1)
    expect(codeOf(await post(resetPassword.path, { secret: late.secret, password: next }))).toBe('LinkInvalid')
    const cookie = (await login('ida')).cookie
    await forget('ida@example.org')
    const stale = await letterTo(server, 'ida@example.org', 'password.reset')
    await ask(server.url + changeEmail.path, 'PUT', { cookie, body: { email: 'ida@new.example' } })
    const { secret } = await letterTo(server, 'ida@new.example', 'email.verify')
    await post(confirmEmail.path, { secret }, cookie)
    expect(codeOf(await post(resetPassword.path, { secret: stale.secret, password: next }))).toBe('LinkInvalid')
    expect(codeOf(await post(resetPassword.path, { secret: 'x'.repeat(43), password: next }))).toBe('LinkInvalid')
    expect(ida.name).toBe('ida')
  })
})

describe('the outbox', () => {
  it('is read by admins in person only; opening a letter is on the record', async () => {
    const jon = await joinVerified('jon')
    await post(forgotPassword.path, { email: 'jon@example.org' })
    const { id } = await letterTo(server, 'jon@example.org', 'password.reset')
    const [open, handOver] = [openLetter, handOverLetter].map(({ path }) => path.replace(':letterId', id))
    const admin = { ...root, cookie: (await login('root')).cookie }
    const asAdmin = <T>(method: string, path: string) => ask<T>(server.url + path, method, { cookie: admin.cookie })
    const headers = { authorization: `Bearer ${root.token}` }
    for (const path of [open, handOver] as string[]) {
      expect((await post(path, {})).status).toBe(401)
      expect(codeOf(await jon.ask('POST', path))).toBe('Forbidden')
      expect(codeOf(await ask(server.url + path, 'POST', { headers }))).toBe('SessionRequired')
    }
    expect(codeOf(await jon.ask('GET', listLetters.path))).toBe('Forbidden')
    expect(codeOf(await ask(server.url + listLetters.path, 'GET', { headers }))).toBe('SessionRequired')
    const listed = (await asAdmin<ResponseOf<typeof listLetters>>('GET', listLetters.path)).body
    expect(listed.isSending).toBe(false)
    expect(listed.letters.find((letter) => letter.id === id)).toMatchObject({ to: 'jon@example.org', state: 'waiting' })
    expect(JSON.stringify(listed)).not.toContain('#')
    const read = (await asAdmin<ResponseOf<typeof openLetter>>('POST', open ?? '')).body
    expect(read.link).toContain('/login/reset#')
    expect((await asAdmin('POST', handOver ?? '')).status).toBe(204)
    expect(codeOf(await asAdmin('POST', open ?? ''))).toBe('NotFound')
    const events = await server.running.kit.db
      .selectFrom('kit.auditEvents')
      .select(['action', 'actorId'])
      .where('targetId', '=', id)
      .orderBy('seq')
      .execute()
    expect(events).toEqual([
      { action: 'admin.letter.open', actorId: root.id },
      { action: 'admin.letter.hand_over', actorId: root.id },
    ])
  })
})
