import { type ConnectionView, getSignOn } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let root: Person
beforeAll(async () => {
  server = await startTestServer()
  root = await joinAsAdmin(server)
  await root.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
})
afterAll(() => server.stop())

const apply = (text: string, more: object = {}) =>
  root.ask<{ changes: { kind: string; subject: string; text: string }[] }>('POST', '/api/v1/platform/manifest/apply', {
    documents: [{ name: 'sign-on.yaml', text }],
    ...more,
  })
const settings = async () =>
  (await root.ask<{ connections: ConnectionView[]; domains: object[] }>('GET', getSignOn.path.replace(':name', 'acme')))
    .body

const TEXT = `verifiedDomains:
  - { domain: acme.example, org: acme }
signOnConnections:
  - org: acme
    name: Acme
    oidc: { issuer: "https://idp.example", clientId: stoa }
    clientSecret: first-secret
    mapping: { defaultRole: null, roles: [{ value: staff, role: write }] }
  - { name: Campus, oidc: { issuer: "https://campus.example", clientId: stoa } }
`

describe('sign-on in a manifest', () => {
  it('[A6] is made so, once, without showing secrets; and taken away', async () => {
    const made = await apply(TEXT)
    expect(made.status, JSON.stringify(made.body)).toBe(200)
    expect(made.body.changes.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'create sign-on connection Acme of acme',
      'create sign-on connection Campus of the platform',
      'create domain acme.example',
    ])
    expect((await apply(TEXT)).body.changes).toEqual([])
    const { connections, domains } = await settings()
    expect(connections).toMatchObject([{ name: 'Acme', oidc: { hasSecret: true }, mapping: { defaultRole: null } }])
    expect(domains).toMatchObject([{ domain: 'acme.example', verifiedBy: 'admin' }])
    const changed = await apply(TEXT.replace('first-secret', 'second-secret').replace('role: write', 'role: read'))
    expect(JSON.stringify(changed.body)).toContain('clientSecret *** → ***')
    expect(JSON.stringify(changed.body)).not.toContain('second-secret')
    const gone = await apply(
      'signOnConnections:\n  - { org: acme, name: Acme, state: absent }\nverifiedDomains:\n  - { domain: acme.example, org: acme, state: absent }\n',
    )
    expect(gone.body.changes.map(({ kind }) => kind)).toEqual(['remove', 'remove'])
    expect(await settings()).toMatchObject({ connections: [], domains: [] })
  })

  it('says where it is wrong', async () => {
    await join(server, 'ada')
    const wrong = await apply(
      'signOnConnections:\n  - { org: ada, name: X, oidc: { issuer: "https://idp.example", clientId: x } }\n',
    )
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([
      422,
      expect.stringContaining('the name of an organisation'),
    ])
  })
})
