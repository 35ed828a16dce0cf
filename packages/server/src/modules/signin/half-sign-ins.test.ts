import { changePassword, redeemLink, resetFactors, revokeOtherSessions } from '@stoa/contracts'
import { ask, createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, expect, describe, it } from 'vitest'
import { addTotp, codeOf, showSecond, signIn } from './signin-person.suite.js'

const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
let server: TestServer
let root: Person
beforeAll(async () => {
  server = await startTestServer({ clock })
  root = await joinAsAdmin(server)
})
afterAll(() => server.stop())

/** Somebody with an authenticator app, and somebody else who has shown only their password. */
async function begin(name: string) {
  const person = await join(server, name)
  const { codes } = await addTotp(person, clock.now().getTime())
  const half = await signIn(server, name)
  expect(half.body.pending?.methods).toContain('totp')
  const other = await join(server, `${name}-2`)
  const otherCodes = (await addTotp(other, clock.now().getTime())).codes
  const otherHalf = await signIn(server, other.name)
  return { person, half, code: codes[0], other: { half: otherHalf, code: otherCodes[0] } }
}

/** The second factor is right, and opens nothing; another person's half sign-in is theirs. */
async function expectEnded({ half, code, other }: Awaited<ReturnType<typeof begin>>): Promise<void> {
  const late = await showSecond(server, half.cookie, { method: 'recovery', code })
  expect([late.status, codeOf(late)]).toEqual([401, 'SignInExpired'])
  const unhurt = await showSecond(server, other.half.cookie, { method: 'recovery', code: other.code })
  expect([unhurt.status, unhurt.body.user?.name]).toEqual([200, expect.stringMatching(/-2$/)])
}

describe('[T5] who has shown only a password goes no further', () => {
  it('once the password was changed', async () => {
    const begun = await begin('ada')
    const body = { current: 'correct horse battery', next: 'another horse battery' }
    expect((await begun.person.ask(changePassword.method, changePassword.path, body)).status).toBe(204)
    await expectEnded(begun)
  })

  it('once it was set anew by a one-time link', async () => {
    const begun = await begin('ben')
    const link = await server.running.app.accounts.makePasswordLink(begun.person.id)
    const body = { secret: link.split('#')[1], password: 'another horse battery' }
    const redeemed = await ask(server.url + redeemLink.path, 'POST', { body })
    expect(redeemed.status).toBe(200)
    await expectEnded(begun)
  })

  it('once all other sessions were ended', async () => {
    const begun = await begin('cem')
    expect((await begun.person.ask(revokeOtherSessions.method, revokeOtherSessions.path)).status).toBe(204)
    await expectEnded(begun)
  })

  it('once an admin took the second factors away, the account was suspended, or is to be deleted', async () => {
    const reset = await begin('dan')
    const path = resetFactors.path.replace(':name', reset.person.name)
    expect((await root.ask(resetFactors.method, path, { reason: 'lost the phone' })).status).toBeLessThan(300)
    await expectEnded(reset)
    const suspended = await begin('eve')
    const admin = `/api/v1/accounts/admin/accounts/${suspended.person.name}`
    await root.ask('POST', `${admin}/suspend`, { reason: 'for a test' })
    await root.ask('POST', `${admin}/restore`, {})
    await expectEnded(suspended)
    const leaving = await begin('fay')
    const body = { password: 'correct horse battery', repositories: 'none' }
    expect((await leaving.person.ask('POST', '/api/v1/trust/privacy/erasure', body)).status).toBe(200)
    await expectEnded(leaving)
  })
})
