import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { applyManifest, exportManifest, session, type SessionView, signIn, StoaError, whoami } from '@stoa/contracts'
import { ask, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let admin: Person
const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-manifest-'))
beforeAll(async () => {
  server = await startTestServer()
  admin = await joinAsAdmin(server, 'root-admin')
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const apply = (text: string, more: { dryRun?: boolean; secrets?: Record<string, string> } = {}, who = admin) =>
  who.client.call(applyManifest, { body: { documents: [{ name: 'm.yaml', text }], ...more } })

const refusal = async (text: string, secrets: Record<string, string> = {}): Promise<string> => {
  const error = await apply(text, { secrets }).catch((caught: unknown) => caught)
  if (!(error instanceof StoaError)) throw new Error('was taken')
  expect(error.code).toBe('ManifestInvalid')
  return error.message
}

const FIRST = `
users:
  - name: mara
    fullname: Mara Doe
    email: mara@example.org
    password: { env: MARA_PW }
    admin: true
    tokens:
      - { name: laptop, role: write }
      - { name: ci, role: fineGrained, scopes: [{ entity: { type: org, name: mcorp }, permissions: [repo.write] }] }
  - { name: moritz }
orgs:
  - { name: mcorp, fullname: M Corp, plan: team, defaultPrivate: true, members: { moritz: read, mara: admin } }
oauthApps:
  - { clientId: my-app, secret: { env: APP }, redirectUris: ["http://localhost:3000"], scopes: "openid profile email" }
`
const SECRETS = { 'env:MARA_PW': 'a fine long password', 'env:APP': 'app-secret-1' }

describe('applying a manifest', () => {
  it('says what would change, changes nothing, then makes it so, once', async () => {
    const dry = await apply(FIRST, { dryRun: true, secrets: SECRETS })
    expect(dry.text).toBe('+ user mara admin\n+ user moritz\n+ org mcorp plan team\n+ oauth app my-app\n4 changes')
    expect(dry.issued).toEqual([])
    expect((await ask(`${server.url}/api/users/mara/overview`, 'GET')).status).toBe(404)

    const made = await apply(FIRST, { secrets: SECRETS })
    expect(made.text).toBe(dry.text)
    expect(made.issued.map((one) => one.label)).toEqual([
      'token laptop of mara',
      'token ci of mara',
      'link to set the password of moritz',
    ])
    const again = await apply(FIRST, { secrets: SECRETS })
    expect(again).toMatchObject({ changes: [], issued: [], unchanged: 4, text: '= 4 unchanged\n0 changes' })

    const me = await server.client(made.issued[0]?.secret ?? '').call(whoami, {})
    expect(me).toMatchObject({ name: 'mara', email: 'mara@example.org', emailVerified: true })
    expect(me.orgs).toMatchObject([{ name: 'mcorp', roleInOrg: 'admin', plan: 'team' }])
    const signed = await ask<SessionView>(server.url + signIn.path, 'POST', {
      body: { login: 'mara', password: 'a fine long password' },
    })
    expect(signed.body.user).toMatchObject({ isAdmin: true })
  })

  it('shows a diff of fields and never a secret', async () => {
    const changed = FIRST.replace('plan: team', 'plan: enterprise').replace('moritz: read', 'moritz: write')
    const result = await apply(changed, { dryRun: true, secrets: { ...SECRETS, 'env:APP': 'app-secret-2' } })
    expect(result.text).toBe(
      '~ org mcorp plan team → enterprise, member moritz read → write\n~ oauth app my-app secret *** → ***\n= 2 unchanged\n2 changes',
    )
    expect(JSON.stringify(result)).not.toContain('app-secret')
    const password = await apply(FIRST, {
      dryRun: true,
      secrets: { ...SECRETS, 'env:MARA_PW': 'another fine password' },
    })
    expect(password.text).toContain('~ user mara password *** → ***')
  })

  it('leaves alone what it does not mention, and removes only what it calls absent', async () => {
    await apply(
      'users: [{ name: gone-soon, fullname: Gone }]\norgs: [{ name: gone-org, members: { gone-soon: admin } }]',
    )
    expect((await apply('users: [{ name: gone-soon }]')).text).toBe('= 1 unchanged\n0 changes')
    const text = 'users: [{ name: gone-soon, state: absent }]\norgs: [{ name: gone-org, state: absent }]'
    expect((await apply(text)).text).toBe('- org gone-org\n- user gone-soon\n2 changes')
    expect((await apply(text)).text).toBe('= 2 unchanged\n0 changes')
    expect(await refusal('users: [{ name: gone-soon }]')).toContain('removed account')
  })

  it('is all or nothing per document, and says what was applied before', async () => {
    expect(
      await refusal('users: [{ name: half-way }]\norgs: [{ name: half-org, members: { nobody-there: read } }]'),
    ).toBe('m.yaml:2:37: orgs[0].members.nobody-there: there is no user nobody-there')
    expect((await ask(`${server.url}/api/users/half-way/overview`, 'GET')).status).toBe(404)
    const two = 'users: [{ name: stays }]\n---\norgs: [{ name: stays }]'
    expect(await refusal(two)).toContain('the documents before this one were applied: 1 changes')
    expect((await ask(`${server.url}/api/users/stays/overview`, 'GET')).status).toBe(200)
  })

  it('takes references in any order and across documents, in a dry run too', async () => {
    const text =
      'orgs: [{ name: ref-org, members: { ref-user: admin } }]\nusers: [{ name: ref-user }]\n---\nusers: [{ name: ref-two }]\norgs: [{ name: ref-org, members: { ref-two: write } }]'
    const dry = await apply(text, { dryRun: true })
    expect(dry.changes.map((change) => change.subject)).toEqual([
      'user ref-user',
      'org ref-org',
      'user ref-two',
      'org ref-org',
    ])
    expect((await apply(text)).text).toBe(dry.text)
  })
})

describe('refusing a manifest', () => {
  it('names file, line, column, key and what was expected', async () => {
    expect(await refusal('users:\n  - name: alice\n    emial: x@y.z\n')).toBe(
      'm.yaml:3:5: users[0].emial: unknown key; did you mean "email"?',
    )
    expect(await refusal('usres: []')).toBe('m.yaml:1:1: usres: unknown key; did you mean "users"?')
    expect(await refusal('users: {}')).toBe('m.yaml:1:1: users: expected a list')
    expect(await refusal('users: [{ fullname: X }]')).toContain('users[0].name: missing; expected string')
    expect(await refusal('orgs: [{ name: o, members: { a: raed } }]')).toContain('did you mean "read"?')
    expect(await refusal('users: [{ name: a1 }, { name: A1 }]')).toContain('the same as users[0]')
    expect(await refusal('users: [{ name: xx, password: { env: NOPE } }]')).toContain(
      'users[0].password: environment variable NOPE is not set',
    )
    expect(await refusal('users: [{ name: api }]')).toContain('"api" is reserved.')
    expect(await refusal('users: [{ name: xx, password: password1234 }]')).toContain('was leaked elsewhere')
    expect(await refusal('users: [{ state: absent }]')).toContain('users[0].name: missing')
  })

  it('keeps the platform and its organisations in charge of somebody', async () => {
    await apply('users: [{ name: sole }]\norgs: [{ name: sole-org, members: { sole: admin } }]')
    expect(await refusal('users: [{ name: sole, state: absent }]')).toContain('only admin of sole-org')
    expect(await refusal('orgs: [{ name: sole-org, members: { sole: read } }]')).toContain('at least one admin')
  })

  it('removes no account that still holds repositories, and takes both away together', async () => {
    await apply('orgs: [{ name: full-org }]\nrepos: [{ type: model, name: full-org/m, private: true }]')
    expect(await refusal('orgs: [{ name: full-org, state: absent }]')).toBe(
      'm.yaml:1:8: orgs[0]: full-org cannot be removed: it holds 1 repository.',
    )
    const both = 'orgs: [{ name: full-org, state: absent }]\nrepos: [{ type: model, name: full-org/m, state: absent }]'
    expect((await apply(both)).changes.map((change) => change.kind)).toEqual(['remove', 'remove'])
  })

  it('never prints a secret that is in the wrong place', async () => {
    const message = await refusal('users: [{ name: xx, admin: { env: S } }]', { 'env:S': 'hunter2-hunter2' })
    expect(message).not.toContain('hunter2')
  })

  it('takes test-server keys only with lenient: true', async () => {
    for (const key of ['id: 62f264b9f3c90f4b6514a269', 'sessions: [abcdef]', 'billingMode: postpaid']) {
      expect(await refusal(`users: [{ name: strict, ${key} }]`)).toContain('only allowed with lenient: true')
    }
    const token = 'tokens: [{ name: t, role: write, value: hf_x123 }]'
    expect(await refusal(`users: [{ name: strict, ${token} }]`)).toContain('users[0].tokens[0].value: only allowed')
  })

  it('is for admins only, with a credential that may write', async () => {
    const plain = await join(server, 'plain-person')
    const body = { documents: [{ name: 'm.yaml', text: 'users: [{ name: intruder }]' }] }
    expect((await plain.ask('POST', applyManifest.path, body)).status).toBe(403)
    expect((await plain.ask('GET', exportManifest.path)).status).toBe(403)
    expect((await ask(server.url + applyManifest.path, 'POST', { body })).status).toBe(401)
    const scopes = [{ entity: { type: 'user', name: admin.name }, permissions: ['repo.write'] }]
    for (const token of [
      await admin.newToken({ name: 'r', role: 'read' }),
      await admin.newToken({ name: 'f', role: 'fineGrained', scopes }),
    ]) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await ask(server.url + applyManifest.path, 'POST', { body, headers })).status).toBe(403)
      expect((await ask(server.url + exportManifest.path, 'GET', { headers })).status).toBe(403)
    }
  })
})

describe('a bootstrap manifest', () => {
  it('[V1] in lenient mode holds the accounts of the client suites, exactly', async () => {
    const file = joinPath(folder, 'suite.yaml')
    mkdirSync(folder, { recursive: true })
    writeFileSync(joinPath(folder, 'pw'), 'a password from a file\n')
    writeFileSync(file, LENIENT)
    const lenient = await startTestServer({ env: { STOA_BOOTSTRAP: file } })
    try {
      const me = await lenient.client('hf_hub.js').call(whoami, {})
      expect(me.auth.accessToken?.createdAt).toMatch(/Z$/)
      expect({ ...me, auth: { ...me.auth, accessToken: { ...me.auth.accessToken, createdAt: '' } } }).toEqual({
        type: 'user',
        id: '62f264b9f3c90f4b6514a269',
        name: 'hub.js',
        fullname: '@huggingface/hub CI bot',
        email: 'eliott@huggingface.co',
        emailVerified: true,
        canPay: false,
        billingMode: 'postpaid',
        periodEnd: null,
        isPro: false,
        avatarUrl: '/avatars/934b830e9fdaa879487852f79eef7165.svg',
        orgs: [],
        auth: { type: 'access_token', accessToken: { displayName: 'ci-hub.js', role: 'write', createdAt: '' } },
      })
      const cookie = 'token=huggingface-hub.js-cookie'
      const view = await ask<SessionView>(lenient.url + session.path, 'GET', { cookie })
      expect(view.body).toMatchObject({ user: { name: 'hub.js' }, flags: { lenient: true } })
      const avatar = await ask<string>(lenient.url + me.avatarUrl, 'GET')
      expect(avatar.headers.get('content-type')).toContain('image/svg+xml')
      const body = { login: '__DUMMY_HUB_USER__', password: 'a password from a file' }
      expect((await ask(lenient.url + signIn.path, 'POST', { body })).status).toBe(200)
    } finally {
      await lenient.stop()
    }
  })

  it('is not lenient where the public address is not this machine', async () => {
    const file = joinPath(folder, 'far.yaml')
    writeFileSync(file, 'users: []\nlenient: true\n')
    const far = startTestServer({ env: { STOA_BOOTSTRAP: file, STOA_PUBLIC_URL: 'http://192.0.2.1:3000' } })
    await expect(far).rejects.toThrow(`${file}:2:1: lenient: only allowed while the public address`)
  })
})

const LENIENT = `
lenient: true
users:
  - name: __DUMMY_HUB_USER__
    password: { file: ./pw }
  - name: hub.js
    fullname: "@huggingface/hub CI bot"
    email: eliott@huggingface.co
    tokens: [{ name: ci-hub.js, role: write, value: hf_hub.js }]
    sessions: [huggingface-hub.js-cookie]
orgs:
  - { name: valid_org_hub, members: { __DUMMY_HUB_USER__: admin } }
---
lenient: true
users:
  - name: hub.js
    id: 62f264b9f3c90f4b6514a269
    website: https://github.com/huggingface/hub.js
    avatarUrl: /avatars/934b830e9fdaa879487852f79eef7165.svg
    billingMode: postpaid
`

describe('the export', () => {
  it('applied to an empty server gives the same export, and a second apply changes nothing', async () => {
    const policy =
      '{ kinds: [fineGrained], approval: true, maxAgeDays: 90, ipRanges: [203.0.113.0/24, "2001:db8::/32"] }'
    const asked = `orgs: [{ name: asking-org, members: { mara: admin }, tokenPolicy: ${policy} }]`
    expect((await apply(asked)).text).toBe('+ org asking-org\n1 change')
    expect((await apply(asked)).changes).toEqual([])
    expect(await refusal('orgs: [{ name: asking-org, tokenPolicy: { ipRanges: [10.0.0.0/40] } }]')).toContain(
      '203.0.113.0/24',
    )
    const first = (await admin.client.call(exportManifest, {})).text
    expect(first).toContain('name: mcorp')
    expect(first).toContain('maxAgeDays: 90')
    expect(first).not.toContain('app-secret')
    const empty = await startTestServer()
    try {
      const other = await joinAsAdmin(empty, 'root-admin')
      const call = (dryRun: boolean) =>
        other.client.call(applyManifest, { body: { documents: [{ name: 'export.yaml', text: first }], dryRun } })
      expect((await call(false)).changes.length).toBeGreaterThan(3)
      expect((await call(true)).changes).toEqual([])
      expect((await other.client.call(exportManifest, {})).text).toBe(first)
    } finally {
      await empty.stop()
    }
  })
})
