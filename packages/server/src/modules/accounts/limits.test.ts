import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { whoAmI } from '@huggingface/hub'
import { session, type SessionView, signIn, signUp } from '@stoa/contracts'
import { ask, createTestClock, startTestServer, TEST_PASSWORD } from '@stoa/testkit'
import { expect, it } from 'vitest'

const WINDOW_MS = 300_000

it('sign-in is limited per address in five-minute windows, with the headers the clients parse', async () => {
  const clock = createTestClock(new Date('2026-01-01T00:00:10Z'))
  const server = await startTestServer({ env: { STOA_RATE_LIMITS: 'on' }, clock })
  try {
    const attempt = (address: string) =>
      ask<{ error: { code: string } }>(server.url + signIn.path, 'POST', {
        body: { login: 'nobody-here', password: 'x' },
        headers: { 'x-forwarded-for': address },
      })
    const first = await attempt('198.51.100.7')
    expect(first.headers.get('ratelimit')).toBe('"auth";r=59;t=290')
    expect(first.headers.get('ratelimit-policy')).toBe('"fixed window";"auth";q=60;w=300')
    for (let i = 1; i < 60; i += 1) await attempt('198.51.100.7')
    const over = await attempt('198.51.100.7')
    expect(over.status).toBe(429)
    expect(over.body.error.code).toBe('RateLimited')
    expect(over.headers.get('retry-after')).toBe('290')
    expect((await attempt('203.0.113.9')).status).toBe(401)
    const name = { name: 'late-comer', password: TEST_PASSWORD }
    const signedUp = await ask<SessionView>(server.url + signUp.path, 'POST', { body: name })
    expect(signedUp.status).toBe(200)
    const view = await ask<SessionView>(server.url + session.path, 'GET', { cookie: signedUp.cookie })
    expect(view.headers.get('ratelimit')).toContain('"api";r=4999')
    clock.advanceMs(WINDOW_MS)
    expect((await attempt('198.51.100.7')).status).not.toBe(429)
  } finally {
    await server.stop()
  }
})

it('[V1] in test mode nothing is limited, and the stock client sees exactly the account it expects', async () => {
  const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-lenient-'))
  const file = joinPath(folder, 'suite.yaml')
  writeFileSync(
    file,
    `lenient: true
users:
  - name: hub.js
    id: 62f264b9f3c90f4b6514a269
    fullname: "@huggingface/hub CI bot"
    email: eliott@huggingface.co
    avatarUrl: /avatars/934b830e9fdaa879487852f79eef7165.svg
    billingMode: postpaid
    tokens: [{ name: ci-hub.js, role: write, value: hf_hub.js }]
`,
  )
  const server = await startTestServer({ env: { STOA_RATE_LIMITS: 'on', STOA_BOOTSTRAP: file } })
  try {
    const me = await whoAmI({ accessToken: 'hf_hub.js', hubUrl: server.url })
    expect({ ...me, auth: { ...me.auth, accessToken: { ...me.auth.accessToken, createdAt: new Date(0) } } }).toEqual({
      type: 'user',
      id: '62f264b9f3c90f4b6514a269',
      name: 'hub.js',
      fullname: '@huggingface/hub CI bot',
      email: 'eliott@huggingface.co',
      emailVerified: true,
      canPay: false,
      billingMode: 'postpaid',
      isPro: false,
      periodEnd: null,
      avatarUrl: '/avatars/934b830e9fdaa879487852f79eef7165.svg',
      orgs: [],
      auth: {
        type: 'access_token',
        accessToken: { displayName: 'ci-hub.js', role: 'write', createdAt: new Date(0) },
      },
    })
    expect(me.auth.accessToken?.createdAt).toBeInstanceOf(Date)
    const answer = await ask(server.url + session.path, 'GET')
    expect(answer.headers.get('ratelimit')).toBeNull()
    await expect(whoAmI({ accessToken: 'hf_unknown', hubUrl: server.url })).rejects.toThrow('Invalid credentials')
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
