import {
  changePassword,
  createOrg,
  createToken,
  deleteToken,
  listSessions,
  listTokens,
  revokeCredentials,
  whoami,
} from '@stoa/contracts'
import { type Answer, ask, join, type Person, startTestServer, TEST_PASSWORD, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Refusal {
  readonly error: { readonly code: string }
}
interface TokenView {
  readonly id: string
  readonly name: string
}

const withToken = <T = Refusal>(token: string, method: string, path: string, body?: object): Promise<Answer<T>> =>
  ask<T>(server.url + path, method, { headers: { authorization: `Bearer ${token}` }, ...(body ? { body } : {}) })
const pathOf = (id: string): string => deleteToken.path.replace(':tokenId', id)
const tokensOf = async (person: Person): Promise<readonly TokenView[]> =>
  (await person.ask<TokenView[]>('GET', listTokens.path)).body

describe('access tokens', () => {
  it('are shown once, work at once, by bearer and as a git password, and stop at once', async () => {
    const tina = await join(server, 'tina')
    const secret = await tina.newToken({ name: 'ci', role: 'read' })
    expect(secret).toMatch(/^hf_[0-9A-Za-z]{46}$/)
    const listed = await tokensOf(tina)
    expect(JSON.stringify(listed)).not.toContain(secret)
    expect(listed[1]).toMatchObject({ name: 'ci', role: 'read', hint: secret.slice(-4), expiresAt: null })
    const headers = { authorization: `Basic ${Buffer.from(`anybody:${secret}`).toString('base64')}` }
    const who = () => ask(server.url + whoami.path, 'GET', { headers })
    expect((await who()).status).toBe(200)
    expect((await tina.ask('DELETE', pathOf(listed[1]?.id ?? ''))).status).toBe(204)
    expect((await who()).status).toBe(401)
  })

  it('cannot make, see or revoke tokens or sessions, whatever their role', async () => {
    const tom = await join(server, 'tom')
    const [token] = await tokensOf(tom)
    const attempts = [
      withToken(tom.token, 'POST', createToken.path, { name: 'x', role: 'read' }),
      withToken(tom.token, 'GET', listTokens.path),
      withToken(tom.token, 'DELETE', pathOf(token?.id ?? '')),
      withToken(tom.token, 'GET', listSessions.path),
      withToken(tom.token, 'DELETE', `${listSessions.path}/${'0'.repeat(24)}`),
      withToken(tom.token, 'POST', changePassword.path, { current: TEST_PASSWORD, next: `${TEST_PASSWORD}!` }),
    ]
    for (const answer of await Promise.all(attempts)) expect(answer.body.error.code).toBe('SessionRequired')
    expect((await ask(server.url + listTokens.path, 'GET')).status).toBe(401)
    expect((await ask(server.url + createToken.path, 'POST', { body: { name: 'x', role: 'read' } })).status).toBe(401)
  })

  it('of somebody else answer exactly as missing ones', async () => {
    const [una, umberto] = [await join(server, 'una'), await join(server, 'umberto')]
    const [mine] = await tokensOf(una)
    const stolen = await umberto.ask<Refusal>('DELETE', pathOf(mine?.id ?? ''))
    const missing = await umberto.ask<Refusal>('DELETE', pathOf('f'.repeat(24)))
    expect(stolen.status).toBe(404)
    expect(stolen.body).toEqual(missing.body)
    expect(await tokensOf(una)).toHaveLength(1)
  })

  it('of the read role change nothing; fine-grained ones do only what they name', async () => {
    const fiona = await join(server, 'fiona')
    for (const name of ['fiona-labs', 'fiona-other'])
      expect((await fiona.ask('POST', createOrg.path, { name })).status).toBe(200)
    const read = await fiona.newToken({ name: 'r', role: 'read' })
    const scopes = [{ entity: { type: 'org', name: 'fiona-labs' }, permissions: ['org.write'] }]
    const fine = await fiona.newToken({ name: 'f', role: 'fineGrained', scopes })
    const rename = (org: string, secret: string) =>
      withToken(secret, 'PATCH', `${createOrg.path}/${org}`, { fullname: 'New' })
    expect((await rename('fiona-labs', read)).body.error.code).toBe('InsufficientScope')
    expect((await rename('fiona-other', fine)).body.error.code).toBe('InsufficientScope')
    expect((await rename('fiona-labs', fine)).status).toBe(200)
    expect((await withToken(fine, 'PATCH', '/api/v1/accounts/profile', { fullname: 'X' })).status).toBe(403)
    const me = await server.client(fine).call(whoami, {})
    expect(me.auth.accessToken?.fineGrained?.scoped).toMatchObject(scopes)
  })

  it('that leaked are revoked by anybody who found them, with one answer for all', async () => {
    const leaky = await join(server, 'leaky')
    const body = { credentials: [leaky.token, 'hf_nothing'] }
    expect((await ask(server.url + revokeCredentials.path, 'POST', { body })).status).toBe(202)
    expect((await withToken(leaky.token, 'GET', whoami.path)).status).toBe(401)
  })

  it('have distinct names', async () => {
    const enda = await join(server, 'enda')
    const again = await enda.ask<Refusal>('POST', createToken.path, { name: 'TEST', role: 'read' })
    expect(again.body.error.code).toBe('TokenNameTaken')
  })
})
