import * as api from '@stoa/contracts'
import { verifyAuditExport } from '@stoa/formats'
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
import { addSecondFactors } from '../signin/signin-person.suite.js'
import { downloadArchive, dumpRows, filesHolding, holding } from './traces.suite.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** In everything that Zoe writes, under her name too. */
const MARK = 'zq7391'
const NAME = `zoe-${MARK}`
const clock = createTestClock(new Date())
const logged: string[] = []

let server: TestServer
let root: Person
let ada: Person
let zoe: Person

const privacy = '/api/v1/trust/privacy'

beforeAll(async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => logged.push(String(text)) > 0)
  const env = { STOA_STORAGE_FLOOR_HOURS: '24', STOA_XORB_FLOOR_HOURS: '48', STOA_ROLES: 'web' }
  server = await startTestServer({ clock, env, log: 'shown' })
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  zoe = await join(server, NAME)
  await useEverything()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await server.stop()
})

/** One of each thing a person can do today. */
async function useEverything(): Promise<void> {
  const must = async (who: Person, method: string, path: string, body?: unknown) => {
    const answer = await who.ask(method, path, body)
    expect([path, answer.status < 400, answer.body]).toEqual([path, true, answer.body])
    return answer.body as Record<string, string>
  }
  await must(zoe, 'PATCH', api.updateProfile.path, { fullname: `Zoe ${MARK}`, details: `about ${MARK}` })
  await must(zoe, 'PUT', api.changeEmail.path, { email: `${MARK}@example.org` })
  await server.running.kit.write((tx) =>
    server.running.app.accounts.newcomers.setVerifiedEmail(tx, zoe.id, `${MARK}@example.org`),
  )
  await must(zoe, 'PUT', api.changeEmail.path, { email: `${MARK}@example.net` })
  await ask(server.url + api.forgotPassword.path, 'POST', { body: { email: `${MARK}@example.org` } })
  await must(zoe, 'POST', api.createOrg.path, { name: 'zoes-org' })
  const invite = api.createOrgInvitation.path.replace(':name', 'zoes-org')
  await must(zoe, 'POST', invite, { deliver: 'letter', email: 'somebody@example.org', name: `for ${MARK}` })
  await must(zoe, 'DELETE', '/api/v1/accounts/orgs/zoes-org')
  const codes = await addSecondFactors(zoe, clock.now().getTime(), `key ${MARK}`)
  await zoe.newToken({ name: `token ${MARK}`, role: 'write' })
  const half = await ask(server.url + api.signIn.path, 'POST', { body: { login: NAME, password: TEST_PASSWORD } })
  const full = await ask(server.url + api.showSecondFactor.path, 'POST', {
    cookie: half.cookie,
    body: { method: 'recovery', code: codes[0] },
    headers: { 'user-agent': `agent ${MARK}` },
  })
  expect(full.status).toBe(200)
  await ask(server.url + api.signIn.path, 'POST', { body: { login: NAME, password: TEST_PASSWORD } })
  await ask(server.url + api.signIn.path, 'POST', { body: { login: NAME, password: `${MARK}-wrong` } })
  await must(ada, 'POST', api.createOrg.path, { name: 'acme', fullname: 'Acme' })
  await ada.client.call(api.addMember, { params: { name: 'acme' }, body: { user: NAME, role: 'write' } })
  const picture = Buffer.concat([Buffer.from(PIXEL, 'base64'), Buffer.from(MARK)]).toString('base64')
  const shown = await must(zoe, 'PUT', api.setAvatar.path, { picture })
  expect((await fetch(server.url + shown['avatarUrl'])).status).toBe(200)
  const files = [{ path: 'README.md', content: `# by ${MARK}` }]
  await must(zoe, 'POST', '/api/repos/create', { name: `model-${MARK}`, files })
  await must(zoe, 'POST', '/api/repos/create', { name: 'renamed', private: true })
  await must(zoe, 'POST', '/api/repos/move', {
    fromRepo: `${NAME}/renamed`,
    toRepo: `acme/kept-${'x'.repeat(3)}`,
    type: 'model',
  })
  await must(zoe, 'POST', `/api/buckets/${NAME}/bucket-${MARK}`, {})
  const gate = [{ path: 'README.md', content: '---\nextra_gated_fields:\n  Why: text\n---\n' }]
  await must(ada, 'POST', '/api/repos/create', { name: 'gated', files: gate })
  await must(ada, 'PUT', '/api/models/ada/gated/settings', { gated: 'manual' })
  await must(ada, 'POST', '/api/repos/create', { name: 'open' })
  await must(zoe, 'POST', '/ada/gated/ask-access', { Why: `because ${MARK}` })
  await must(zoe, 'POST', '/api/models/ada/open/discussions', { title: `hello ${MARK}`, description: `text ${MARK}` })
  const terms = { currency: 'USD', funding: 'prepaid' as const, components: [PER_TOKEN] }
  await zoe.client.call(api.createPlan, { body: { owner: NAME, key: `plan-${MARK}`, ...terms } as never })
  const listing = await zoe.client.call(api.createListing, {
    body: {
      slug: `${NAME}/offer`,
      seller: NAME,
      resource: `repo:${NAME}/model-${MARK}`,
      plan: `plan-${MARK}`,
      title: `Offer ${MARK}`,
      summary: `Sum ${MARK}`,
    } as never,
  })
  await zoe.client.call(api.changeListingState, { params: { listingId: listing.id }, body: { state: 'published' } })
  await must(root, 'POST', '/api/v1/platform/manifest/apply', {
    documents: [
      {
        name: 'm',
        text: `wallets: [{ account: ${NAME}, credit: "5", currency: USD, id: g1 }]\n`,
      },
    ],
  })
  await server.settled()
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PER_TOKEN = { kind: 'tokens' as const, rates: { input: '0.15 / 1000000', output: '0.60 / 1000000' } }

describe('a copy of my data', () => {
  test('is asked for with the password, in a session, never by a token', async () => {
    expect((await zoe.ask('POST', `${privacy}/exports`, { password: 'wrong' })).status).toBe(401)
    const byToken = await ask(`${server.url}${privacy}/exports`, 'POST', {
      body: { password: TEST_PASSWORD },
      headers: { authorization: `Bearer ${zoe.token}` },
    })
    expect(byToken.status).toBe(403)
    expect((await ask(`${server.url}${privacy}/requests`, 'GET')).status).toBe(401)
  })

  test('holds what I did and no secret, once, for nobody else', async () => {
    const asked = await zoe.ask<{ link: string }>('POST', `${privacy}/exports`, { password: TEST_PASSWORD })
    const download = (who: Person) => downloadArchive(server, who, asked.body.link)
    expect((await download(ada)).status).toBe(404)
    const archive = await download(zoe)
    expect(archive.type).toBe('application/zip')
    const text = archive.files
    for (const name of [
      'profile',
      'tokens',
      'sessions',
      'memberships',
      'repos',
      'buckets',
      'discussions',
      'second-factors',
      'audit',
    ]) {
      expect(Object.keys(text)).toContain(`${name}.jsonl`)
    }
    expect(text['profile.jsonl']).toContain(`${MARK}@example.org`)
    expect(text['discussions.jsonl']).toContain(`hello ${MARK}`)
    expect(text['audit.jsonl']).toContain('auth.token.create')
    expect(text['README.md']).toContain('## profile')
    expect(Object.keys(JSON.parse(text['manifest.json'] ?? '{}').files)).toContain('tokens.jsonl')
    const { db } = server.running.kit
    const tokens = await db
      .selectFrom('accounts.accessTokens')
      .select('secretHash')
      .where('userId', '=', zoe.id)
      .execute()
    for (const { secretHash } of tokens) expect(Object.values(text).join('')).not.toContain(secretHash)
    expect((await download(zoe)).status).toBe(404)
  })
})

describe('deleting my account', () => {
  test('waits fourteen days with every token ended, and can be withdrawn', async () => {
    const body = { password: TEST_PASSWORD, repositories: 'none' }
    const refused = await zoe.ask<{ error: { message: string } }>('POST', `${privacy}/erasure`, body)
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringContaining('You own 1 repositories'),
    ])
    expect((await ada.ask('POST', `${privacy}/erasure`, body)).status).toBe(409)
    const asked = await zoe.ask('POST', `${privacy}/erasure`, { ...body, repositories: 'delete' })
    expect(asked.status).toBe(200)
    expect((await zoe.ask('POST', `${privacy}/erasure`, { ...body, repositories: 'delete' })).status).toBe(409)
    const whoami = { headers: { authorization: `Bearer ${zoe.token}` } }
    expect((await ask(`${server.url}/api/whoami-v2`, 'GET', whoami)).status).toBe(401)
    expect((await zoe.ask('DELETE', `${privacy}/erasure`)).status).toBe(204)
    expect((await zoe.ask('DELETE', `${privacy}/erasure`)).status).toBe(404)
  })

  test('leaves no trace in database, files or logs; the chain still verifies, and the receipt says what was kept', async () => {
    expect(holding(await dumpRows(server), MARK).length).toBeGreaterThan(8)
    const body = { password: TEST_PASSWORD, repositories: 'delete' }
    expect((await zoe.ask('POST', `${privacy}/erasure`, body)).status).toBe(200)
    await server.running.app.governance.runErasures()
    expect((await zoe.ask('GET', `${privacy}/requests`)).status).toBe(200)
    clock.advanceMs(14 * DAY_MS + 1)
    await server.running.app.governance.runErasures()
    expect(logged.filter((line) => line.includes('could not be finished'))).toEqual([])
    await server.settled()
    for (const hours of [0, 49, 49]) {
      clock.advanceMs(hours * HOUR_MS)
      const collect = { body: { dryRun: false }, headers: { authorization: `Bearer ${root.token}` } }
      await ask(`${server.url}/api/v1/platform/storage/collections`, 'POST', collect)
      await server.running.kit.jobs.drained()
    }
    clock.advanceMs(8 * DAY_MS)
    await server.running.kit.jobs.drained()
    expect(holding(await dumpRows(server), MARK)).toEqual([])
    expect(filesHolding(server, MARK)).toEqual([])
    expect(logged.filter((line) => line.includes(MARK))).toEqual([])

    const { db } = server.running.kit
    const request = await db
      .selectFrom('governance.privacyRequests')
      .select(['state', 'receipt'])
      .where('userId', '=', zoe.id)
      .where('state', '=', 'fulfilled')
      .where('kind', '=', 'erasure')
      .executeTakeFirstOrThrow()
    const kept = JSON.stringify(request.receipt)
    expect(kept).toContain('accounting records')
    expect(kept).toContain('accounts.sessions')

    const exported = await fetch(`${server.url}/api/v1/trust/audit/exports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${root.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ chain: 'platform' }),
    })
    async function* lines(): AsyncGenerator<string> {
      yield* (await exported.text()).split('\n')
    }
    const verdict = await verifyAuditExport(lines())
    expect(verdict.problem).toBeNull()
    expect(verdict.blankValues).toBeGreaterThan(8)
  })

  test('gives the name to nobody else', async () => {
    const again = await ask(server.url + api.signUp.path, 'POST', {
      body: { name: NAME.toUpperCase(), password: TEST_PASSWORD },
    })
    expect(again.status).toBe(409)
    expect((await ask(`${server.url}/api/users/${NAME}/overview`, 'GET')).status).toBe(404)
  })
})
