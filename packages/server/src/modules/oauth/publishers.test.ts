import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addPublisher, createRepo, type listPublishers, type ResponseOf } from '@stoa/contracts'
import { ask, createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OauthAnswer, post } from './oauth-app.suite.js'

const clock = createTestClock(new Date('2027-04-01T12:00:00Z'))
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = pair()
const stranger = pair()

/** An issuer as a build service runs one, on this machine. */
let asked = 0
let issuer: Server
let issuerUrl = ''
let server: TestServer
let root: Person
let ada: Person
let bob: Person

beforeAll(async () => {
  issuer = createServer((request, response) => {
    asked += 1
    response.setHeader('content-type', 'application/json')
    if (request.url === '/.well-known/openid-configuration') {
      return response.end(JSON.stringify({ issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` }))
    }
    return response.end(
      JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] }),
    )
  })
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
  server = await startTestServer({ clock, env: { STOA_INNER_HOSTS: new URL(issuerUrl).host } })
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  bob = await join(server, 'bob')
  const applied = await root.ask('POST', '/api/v1/platform/manifest/apply', {
    documents: [{ name: 'issuers.yaml', text: `tokenIssuers:\n  - { issuer: "${issuerUrl}", kind: github }\n` }],
  })
  expect([applied.status, JSON.stringify(applied.body)]).toEqual([200, expect.any(String)])
  await ada.client.call(createRepo, { body: { type: 'model', name: 'built', private: true } })
  await ada.client.call(createRepo, { body: { type: 'model', name: 'other', private: true } })
})
afterAll(async () => {
  await server.stop()
  issuer.close()
})

interface Job {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: KeyObject
}

/** The identity token of a job as GitHub Actions writes it. */
function idToken({ claims = {}, header = {}, key = keys.privateKey }: Job = {}): string {
  const nowS = Math.floor(clock.now().getTime() / 1000)
  const body = {
    iss: issuerUrl,
    aud: server.url,
    sub: 'repo:acme/train:ref:refs/heads/main',
    repository: 'acme/train',
    repository_owner: 'acme',
    ref: 'refs/heads/main',
    environment: 'release',
    iat: nowS,
    nbf: nowS,
    exp: nowS + 300,
    ...claims,
  }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'k1', ...header })}.${encode(body)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`
}

const exchange = (subject: string, resource = 'ada/built', more: Record<string, string> = {}) =>
  post(
    server,
    '/oauth/token',
    { grant_type: EXCHANGE, subject_token_type: ID_TOKEN, subject_token: subject, resource, ...more },
    { json: true },
  )
const trust = (person: Person, more: object = {}) =>
  person.ask<{ id: string; error: { code: string; message: string } }>('POST', addPublisher.path, {
    issuer: issuerUrl,
    targetType: 'model',
    targetName: 'ada/built',
    claims: { repository: 'acme/train', ref: 'refs/heads/main' },
    ...more,
  })
const commit = async (tokens: OauthAnswer, repo: string): Promise<number> => {
  const line = (value: object) => `${JSON.stringify(value)}\n`
  const body =
    line({ key: 'header', value: { summary: 'from a job' } }) +
    line({ key: 'file', value: { path: 'out.txt', content: 'aGk=', encoding: 'base64' } })
  const answer = await fetch(`${server.url}/api/models/${repo}/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/x-ndjson' },
    body,
  })
  return answer.status
}

describe('trusted publishers', () => {
  it('are said by an admin of the account, for a known issuer, and only narrowly', async () => {
    expect((await trust(bob)).body.error.code).toBe('Forbidden')
    expect((await trust(ada, { issuer: 'https://elsewhere.example.org' })).body.error.code).toBe('IssuerNotTrusted')
    for (const claims of [{ ref: 'refs/heads/main' }, { repository: '*' }, { repository: '*/train' }, { sub: '*' }]) {
      expect((await trust(ada, { claims })).body.error.code).toBe('InvalidRequest')
    }
    expect((await trust(ada, { targetName: 'ada' })).body.error.code).toBe('InvalidRequest')
    const byToken = await ask<{ error: { code: string } }>(server.url + addPublisher.path, 'POST', {
      body: { issuer: issuerUrl, targetType: 'model', targetName: 'ada/built', claims: { repository: 'acme/train' } },
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(byToken.body.error.code).toBe('SessionRequired')
    expect((await exchange(idToken())).body.error).toBe('invalid_target')
    expect((await trust(ada)).status).toBe(200)
    const listed = await ada.ask<ResponseOf<typeof listPublishers>>('GET', '/api/v1/accounts/publishers/ada')
    expect(listed.body.publishers).toMatchObject([{ targetName: 'ada/built', user: 'ada', lastUsedAt: null }])
    expect((await bob.ask('GET', '/api/v1/accounts/publishers/ada')).status).toBe(403)
  })

  it('turn the identity of a job into an hour of writing to that one repository', async () => {
    const { status, body } = await exchange(idToken())
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'write-repos' })
    expect(body.access_token).toMatch(/^hf_jwt_[0-9A-Za-z]{46}$/)
    expect(await commit(body, 'ada/built')).toBe(200)
    expect(await commit(body, 'ada/other')).toBe(404)
    const headers = { authorization: `Bearer ${body.access_token}` }
    const erased = await ask(`${server.url}/api/repos/delete`, 'DELETE', {
      headers,
      body: { type: 'model', name: 'built', organization: 'ada' },
    })
    expect(erased.status).toBe(403)
    const made = await ask(`${server.url}/api/repos/create`, 'POST', { headers, body: { type: 'model', name: 'new' } })
    expect(made.status).not.toBe(200)
    const me = await ask<{ auth: { resource: { sub: string } }; email: null }>(`${server.url}/api/whoami-v2`, 'GET', {
      headers,
    })
    expect(me.body.auth.resource.sub).toBe('model:ada/built')
    clock.advanceMs(3_601_000)
    expect(await commit(body, 'ada/built')).toBe(401)
  })

  it('refuse what is forged, expired, early, for somebody else, of another job or for another repository', async () => {
    const refusalOf = async (job: Job, resource?: string) => {
      const { status, body } = await exchange(idToken(job), resource)
      return `${status} ${body.error}`
    }
    const nowS = Math.floor(clock.now().getTime() / 1000)
    expect(await refusalOf({ key: stranger.privateKey })).toBe('400 invalid_grant')
    expect(await refusalOf({ header: { kid: 'unknown' } })).toBe('400 invalid_grant')
    expect(await refusalOf({ header: { alg: 'none' } })).toBe('400 invalid_grant')
    expect(await refusalOf({ header: { alg: 'HS256' } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { aud: 'https://hub.example.org' } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { iss: 'https://evil.example.org' } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { exp: nowS - 61, iat: nowS - 400 } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { nbf: nowS + 120 } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { exp: nowS + 90_000 } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { exp: undefined } })).toBe('400 invalid_grant')
    expect(await refusalOf({ claims: { repository: 'evil/train' } })).toBe('400 invalid_target')
    expect(await refusalOf({ claims: { ref: 'refs/heads/other' } })).toBe('400 invalid_target')
    expect(await refusalOf({}, 'ada/other')).toBe('400 invalid_target')
    expect(await refusalOf({}, 'datasets/ada/built')).toBe('400 invalid_target')
    expect(await refusalOf({}, 'ada')).toBe('400 invalid_target')
    expect(await refusalOf({}, 'a/b/c/d')).toBe('400 invalid_target')
    expect((await exchange('not.a.token')).body.error).toBe('invalid_grant')
    expect((await exchange(idToken(), 'ada/built', { subject_token_type: 'x' })).body.error).toBe('invalid_request')
  })

  it('[R1] never ask an issuer that the operator did not open, inside or outside', async () => {
    let knocked = 0
    const inner = createServer((_, response) => {
      knocked += 1
      response.end('{}')
    })
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
    const { port } = inner.address() as AddressInfo
    const closed = [
      `http://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      'https://169.254.169.254',
      'https://builds.example',
    ]
    const text = `tokenIssuers:\n${closed.map((one) => `  - { issuer: "${one}", kind: github }\n`).join('')}`
    const applied = await root.ask('POST', '/api/v1/platform/manifest/apply', { documents: [{ name: 'i.yaml', text }] })
    expect(applied.status).toBe(200)
    for (const iss of closed) {
      const answer = await exchange(idToken({ claims: { iss } }))
      expect([iss, answer.status]).toEqual([iss, 503])
    }
    expect(knocked).toBe(0)
    inner.close()
  })

  it('ask the issuer seldom, whatever keys are named', async () => {
    await exchange(idToken())
    const before = asked
    for (let n = 0; n < 20; n++) await exchange(idToken({ header: { kid: `k${n}x` } }))
    expect(asked - before).toBeLessThanOrEqual(2)
  })

  it("end with the person's rights, and with their removal at once", async () => {
    const { body } = await exchange(idToken())
    expect(await commit(body, 'ada/built')).toBe(200)
    const listed = await ada.ask<ResponseOf<typeof listPublishers>>('GET', '/api/v1/accounts/publishers/ada')
    const id = listed.body.publishers[0]?.id
    expect((await bob.ask('DELETE', `/api/v1/accounts/publishers/${id}`)).status).toBe(404)
    expect((await ada.ask('DELETE', `/api/v1/accounts/publishers/${id}`)).status).toBe(204)
    expect(await commit(body, 'ada/built')).toBe(401)
    expect((await exchange(idToken())).body.error).toBe('invalid_target')
  })
})
