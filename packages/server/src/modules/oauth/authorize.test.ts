import { startImpersonation, whoami } from '@stoa/contracts'
import { createTestClock, ask, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeJwt, isSignedBy } from './jwt.js'
import {
  authorizeQuery,
  CALLBACK,
  codeFor,
  decide,
  makeApp,
  makePkce,
  post,
  signInto,
  type TestApp,
} from './oauth-app.suite.js'

const clock = createTestClock(new Date('2027-01-01T12:00:00Z'))
let server: TestServer
let ada: Person
let bob: Person
let app: TestApp
let secretive: TestApp
beforeAll(async () => {
  server = await startTestServer({ clock })
  ada = await join(server, 'ada')
  bob = await join(server, 'bob')
  app = await makeApp(ada)
  secretive = await makeApp(ada, { isPublic: false })
})
afterAll(() => server.stop())

const authorize = (query: string, headers: Record<string, string> = {}, cookie?: string) =>
  ask<{ error?: string }>(`${server.url}/oauth/authorize?${query}`, 'GET', { headers, ...(cookie ? { cookie } : {}) })
const token = (fields: Record<string, string>, how = {}) =>
  post(server, '/oauth/token', { grant_type: 'authorization_code', ...fields }, how)
const codeFields = (code: string, verifier: string) => ({
  code,
  redirect_uri: CALLBACK,
  client_id: app.clientId,
  code_verifier: verifier,
})

describe('what is described', () => {
  it('says where everything is, below the public address', async () => {
    const { body } = await ask<Record<string, string>>(`${server.url}/.well-known/openid-configuration`, 'GET')
    const plain = await ask(`${server.url}/.well-known/oauth-authorization-server`, 'GET')
    expect(plain.body).toEqual(body)
    expect(body['issuer']).toBe(server.url)
    for (const [name, value] of Object.entries(body)) {
      if (/(_endpoint|_uri)$/.test(name)) expect(value.startsWith(`${server.url}/oauth/`)).toBe(true)
    }
    expect(body['code_challenge_methods_supported']).toEqual(['S256'])
  })

  it('shows only public parts of keys, the same at both addresses, sealed in the database', async () => {
    const { body } = await ask<{ keys: Record<string, string>[] }>(`${server.url}/oauth/jwks`, 'GET')
    expect((await ask(`${server.url}/api/keys/jwt`, 'GET')).body).toEqual(body)
    expect(Object.keys(body.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    const [row] = await server.running.kit.db.selectFrom('oauth.keys').selectAll().execute()
    expect(Buffer.from(row?.privateSealed ?? '', 'base64').toString('latin1')).not.toContain('PRIVATE KEY')
  })
})

describe('asking to sign somebody in', () => {
  it('sends a visitor to sign in, and then to the question', async () => {
    const query = authorizeQuery(app, makePkce())
    const answer = await authorize(query)
    expect(answer.status).toBe(303)
    const login = new URL(answer.headers.get('location') ?? '', server.url)
    expect(login.pathname).toBe('/login')
    const next = new URL(login.searchParams.get('next') ?? '', server.url)
    expect(next.pathname).toBe('/oauth/consent')
    expect(Buffer.from(next.searchParams.get('request') ?? '', 'base64url').toString()).toContain(app.clientId)
    const signedIn = await authorize(query, {}, ada.cookie)
    expect(signedIn.headers.get('location')).toMatch(/^\/oauth\/consent\?/)
  })

  it("never sends anybody to an address that is not the app's", async () => {
    const wrong = [
      'https://evil.example.org/callback',
      `${CALLBACK}/more`,
      `${CALLBACK}?x=1`,
      'https://app.example.org.evil.example/callback',
      'javascript:alert(1)',
      'http://localhost:3000/callback',
      undefined,
    ]
    for (const redirect_uri of wrong) {
      const answer = await authorize(authorizeQuery(app, makePkce(), { redirect_uri }), {}, ada.cookie)
      expect([answer.status, answer.headers.get('location'), answer.body.error]).toEqual([
        400,
        null,
        'invalid_redirect_uri',
      ])
    }
    const unknown = await authorize(authorizeQuery({ ...app, clientId: 'nobody' }, makePkce()), {}, ada.cookie)
    expect([unknown.status, unknown.body.error]).toEqual([400, 'invalid_client'])
    // A person gets the page that says it in words, on this server.
    const page = await authorize(
      authorizeQuery(app, makePkce(), { redirect_uri: 'https://evil.example.org/' }),
      { accept: 'text/html' },
      ada.cookie,
    )
    expect(page.headers.get('location')).toMatch(/^\/oauth\/consent\?/)
    const decided = await decide(ada, authorizeQuery(app, makePkce(), { redirect_uri: 'https://evil.example.org/' }))
    expect([decided.status, decided.body]).toMatchObject([400, { error: { code: 'OauthInvalidRedirectUri' } }])
  })

  it('tells the app what is wrong with the rest, with its state and who answers', async () => {
    const cases: [Record<string, string | undefined>, string][] = [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'openid manage-repos' }, 'invalid_scope'],
      [{ scope: 'openid everything' }, 'invalid_scope'],
      [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ response_mode: 'form_post' }, 'invalid_request'],
      [{ prompt: 'none login' }, 'invalid_request'],
      [{ prompt: 'none' }, 'consent_required'],
      [{ max_age: 'soon' }, 'invalid_request'],
    ]
    for (const [more, error] of cases) {
      const answer = await authorize(authorizeQuery(app, makePkce(), more), {}, ada.cookie)
      const to = new URL(answer.headers.get('location') ?? '')
      expect([answer.status, to.origin, to.searchParams.get('error')]).toEqual([303, 'https://app.example.org', error])
      expect([to.searchParams.get('state'), to.searchParams.get('iss')]).toEqual(['st', server.url])
    }
    const visitor = await authorize(authorizeQuery(app, makePkce(), { prompt: 'none' }))
    expect(new URL(visitor.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required')
  })

  it('does not count an access token as somebody at a browser, and lets no other site decide', async () => {
    const query = authorizeQuery(app, makePkce())
    const byToken = await authorize(query, { authorization: `Bearer ${ada.token}` })
    expect(byToken.headers.get('location')).toMatch(/^\/login\?/)
    const decideWith = (headers: Record<string, string>, cookie?: string) =>
      ask<{ error: { code: string } }>(`${server.url}/api/v1/accounts/oauth/consent`, 'POST', {
        body: { request: Buffer.from(query).toString('base64url'), allow: true },
        headers,
        ...(cookie ? { cookie } : {}),
      })
    expect((await decideWith({ authorization: `Bearer ${ada.token}` })).body.error.code).toBe('SessionRequired')
    expect((await decideWith({})).status).toBe(401)
    const foreign = await decideWith({ origin: 'https://evil.example.org' }, ada.cookie)
    expect(foreign.body.error.code).toBe('CrossSiteRequest')
  })

  it('gives nothing to an admin who looks through the eyes of somebody', async () => {
    const root = await joinAsAdmin(server)
    const seen = await makeApp(ada)
    const query = authorizeQuery(seen, makePkce())
    await codeFor(bob, query)
    const looking = await root.ask('POST', startImpersonation.path, { user: 'bob', reason: 'a ticket' })
    expect(looking.status).toBe(200)
    const quiet = await authorize(query, {}, looking.cookie)
    expect(quiet.headers.get('location')).toMatch(/^\/login\?/)
    const decided = await ask<{ error: { code: string } }>(`${server.url}/api/v1/accounts/oauth/consent`, 'POST', {
      body: { request: Buffer.from(query).toString('base64url'), allow: true },
      cookie: looking.cookie,
    })
    expect(decided.status).toBe(403)
  })

  it('asks on pages that cannot be put into a frame', async () => {
    for (const path of ['/oauth/consent?client_id=x', '/oauth/device?user_code=x', '/login']) {
      const page = await fetch(server.url + path)
      expect(page.headers.get('x-frame-options')).toBe('DENY')
      // The policy stands on built pages; without them the server answers 503 with the frame header alone.
      if (page.status === 200) expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
  })

  it('tells the app when the person says no', async () => {
    const { body } = await decide(ada, authorizeQuery(app, makePkce()), { allow: false })
    expect(new URL(body.to).searchParams.get('error')).toBe('access_denied')
  })

  it('passes quietly where the person said yes before, never with more, never to a port of the machine', async () => {
    const query = authorizeQuery(app, makePkce())
    await codeFor(bob, query)
    const again = await authorize(query, {}, bob.cookie)
    expect(new URL(again.headers.get('location') ?? '').searchParams.get('code')).toMatch(/^[\w-]{43}$/)
    const asked = await authorize(authorizeQuery(app, makePkce(), { prompt: 'consent' }), {}, bob.cookie)
    expect(asked.headers.get('location')).toMatch(/^\/oauth\/consent/)
    const more = await authorize(authorizeQuery(app, makePkce(), { scope: 'openid read-repos' }), {}, bob.cookie)
    expect(more.headers.get('location')).toMatch(/^\/oauth\/consent/)
    const native = await makeApp(ada, { redirectUris: ['http://127.0.0.1/cb'] })
    const local = authorizeQuery(native, makePkce(), { redirect_uri: 'http://127.0.0.1:8912/cb' })
    await codeFor(bob, local)
    expect((await authorize(local, {}, bob.cookie)).headers.get('location')).toMatch(/^\/oauth\/consent/)
  })

  it('asks for the password again when the app wants a fresh sign-in', async () => {
    const query = authorizeQuery(app, makePkce(), { max_age: '60' })
    await codeFor(bob, query)
    clock.advanceMs(120_000)
    expect((await authorize(query, {}, bob.cookie)).headers.get('location')).toMatch(/^\/login/)
    expect((await decide(bob, query)).body.to).toMatch(/^\/login/)
    const login = await authorize(authorizeQuery(app, makePkce(), { prompt: 'login' }), {}, bob.cookie)
    expect(login.headers.get('location')).toMatch(/^\/login/)
    const next = new URL(login.headers.get('location') ?? '', server.url).searchParams.get('next') ?? ''
    const request = new URL(next, server.url).searchParams.get('request') ?? ''
    expect(Buffer.from(request, 'base64url').toString()).not.toContain('prompt')
  })
})

describe('exchanging the code', () => {
  it('gives tokens whose identity part is signed, for this app, with its nonce', async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce, { nonce: 'n-1' }))
    const { status, body, headers } = await token(codeFields(code, pkce.verifier))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 28_800, scope: 'openid profile email' })
    expect(body.access_token).toMatch(/^hf_oauth_[0-9A-Za-z]{46}$/)
    const jwt = decodeJwt(body.id_token ?? '')
    const keys = (await ask<{ keys: [] }>(`${server.url}/oauth/jwks`, 'GET')).body.keys
    expect(jwt && isSignedBy(jwt, keys)).toBe(true)
    expect(jwt?.claims).toMatchObject({
      iss: server.url,
      aud: app.clientId,
      sub: ada.id,
      nonce: 'n-1',
      preferred_username: 'ada',
    })
    const me = await ask(`${server.url}/oauth/userinfo`, 'GET', {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(me.body).toMatchObject({
      sub: ada.id,
      preferred_username: 'ada',
      isPro: false,
      orgs: [],
      profile: `${server.url}/ada`,
    })
    const who = await server.client(body.access_token).call(whoami, {})
    expect(who).toMatchObject({ name: 'ada', auth: { type: 'app_token_as_user' } })
  })

  it("works without a client id when the app is public (as the Hub's JavaScript client sends it), and as JSON", async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce))
    const { client_id: _, ...fields } = codeFields(code, pkce.verifier)
    expect((await token(fields, { json: true })).status).toBe(200)
  })

  it('refuses a wrong verifier, none, another address, another app; the right one still works after', async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce))
    const other = await makeApp(bob)
    const right = codeFields(code, pkce.verifier)
    const { code_verifier: _, ...without } = right
    const wrong = [
      { ...right, code_verifier: makePkce().verifier },
      without,
      { ...right, redirect_uri: `${CALLBACK}/` },
      { ...right, client_id: other.clientId },
      { ...right, code: 'x'.repeat(43) },
    ]
    for (const fields of wrong) {
      const { status, body } = await token(fields)
      expect([status, body.error]).toEqual([400, 'invalid_grant'])
    }
    expect((await token(right)).status).toBe(200)
  })

  it('refuses a code a second time and ends what the first gave', async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce))
    const first = await token(codeFields(code, pkce.verifier))
    const call = () =>
      ask(`${server.url}/oauth/userinfo`, 'GET', { headers: { authorization: `Bearer ${first.body.access_token}` } })
    expect((await call()).status).toBe(200)
    const second = await token(codeFields(code, pkce.verifier))
    expect([second.status, second.body.error]).toEqual([400, 'invalid_grant'])
    expect((await call()).status).toBe(401)
  })

  it('gives a code to only one of two who come at once', async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce))
    const both = await Promise.all([token(codeFields(code, pkce.verifier)), token(codeFields(code, pkce.verifier))])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  it('refuses an expired code', async () => {
    const pkce = makePkce()
    const code = await codeFor(ada, authorizeQuery(app, pkce))
    clock.advanceMs(121_000)
    expect((await token(codeFields(code, pkce.verifier))).body.error).toBe('invalid_grant')
  })

  it('wants the secret of a confidential app, by Basic or in the body, and no PKCE trick around it', async () => {
    const query = authorizeQuery(secretive, null)
    const fields = async () => ({ code: await codeFor(ada, query), redirect_uri: CALLBACK })
    const basic = `${secretive.clientId}:${secretive.secret}`
    expect((await token(await fields(), { basic })).status).toBe(200)
    const inBody = { client_id: secretive.clientId, client_secret: secretive.secret ?? '' }
    expect((await token({ ...(await fields()), ...inBody })).status).toBe(200)
    const wrong = await token(await fields(), { basic: `${secretive.clientId}:wrong` })
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client'])
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic/)
    expect((await token({ ...(await fields()), client_id: secretive.clientId })).body.error).toBe('invalid_client')
    expect((await token(await fields())).body.error).toBe('invalid_client')
    expect((await token({ ...(await fields()), code_verifier: makePkce().verifier }, { basic })).body.error).toBe(
      'invalid_grant',
    )
    expect((await token({ ...(await fields()), ...inBody }, { basic })).body.error).toBe('invalid_request')
  })

  it('refuses other grant types, parameters sent twice, and bodies that are none', async () => {
    expect((await post(server, '/oauth/token', { grant_type: 'password' })).body.error).toBe('unsupported_grant_type')
    const twice = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=a&grant_type=b',
    })
    expect([twice.status, ((await twice.json()) as { error: string }).error]).toEqual([400, 'invalid_request'])
    expect((await post(server, '/oauth/token', {})).body.error).toBe('invalid_request')
  })

  it('tells only what the scopes say', async () => {
    const tokens = await signInto(server, ada, app, { scope: 'openid' })
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await ask(`${server.url}/oauth/userinfo`, 'GET', { headers })).body).toEqual({ sub: ada.id })
    const who = await server.client(tokens.access_token).call(whoami, {})
    expect(who.email).toBe(null)
    const none = await signInto(server, ada, app, { scope: 'read-repos' })
    expect(none.id_token).toBeUndefined()
    const refused = await ask<{ error: string }>(`${server.url}/oauth/userinfo`, 'GET', {
      headers: { authorization: `Bearer ${none.access_token}` },
    })
    expect([refused.status, refused.body.error]).toEqual([403, 'insufficient_scope'])
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope')
    const personal = await ask<{ error: string }>(`${server.url}/oauth/userinfo`, 'GET', {
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect([personal.status, personal.body.error]).toEqual([401, 'invalid_token'])
  })
})
