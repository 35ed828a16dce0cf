import { applyManifest, exportManifest, StoaError } from '@stoa/contracts'
import { joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

let server: TestServer
let admin: Person
beforeAll(async () => {
  server = await startTestServer()
  admin = await joinAsAdmin(server)
}, 60_000)
afterAll(() => server.stop())

const apply = (text: string) =>
  admin.client.call(applyManifest, {
    body: { documents: [{ name: 'm.yaml', text }], secrets: { 'env:LDAP_PW': 'pw-1' } },
  })

const TEXT = `
orgs:
  - { name: acme, members: { root: admin } }
resourceGroups:
  - { org: acme, name: lab }
provisioning:
  - org: acme
    defaultRole: no_access
    mappings:
      - { group: Research, role: write }
      - { group: Research, role: contributor, resourceGroup: lab }
    credentials: { entra: { expiresInDays: 365 } }
directories:
  - name: Acme
    url: ldaps://directory.acme.example
    security: ldaps
    bindDn: cn=stoa,dc=acme,dc=example
    bindPassword: { env: LDAP_PW }
    rules:
      - { group: research, org: acme, role: write }
      - { group: ops, duty: operator }
    settings:
      people: { base: 'ou=people,dc=acme,dc=example', filter: '(uid={login})' }
      attributes: { id: entryUUID, login: uid, email: mail, fullname: cn }
      groups: { base: '', filter: '(objectClass=groupOfNames)', memberAttribute: member, nested: walk }
      createsAccounts: true
      linksByEmail: false
      syncMinutes: 15
      timeoutMs: 5000
`

it('[T5] provisioning and directories are set up by a manifest, once, and told without secrets', async () => {
  const first = await apply(TEXT)
  expect(first.changes.map(({ subject }) => subject)).toContain('directory Acme')
  expect(first.changes.map(({ subject }) => subject)).toContain('provisioning of acme')
  expect(JSON.stringify(first.changes)).not.toContain('pw-1')
  expect((await apply(TEXT)).changes).toEqual([])
  const changed = await apply(
    TEXT.replace('syncMinutes: 15', 'syncMinutes: 30').replace(
      'role: write }\n      - { group: ops',
      'role: read }\n      - { group: ops',
    ),
  )
  expect(changed.changes).toMatchObject([{ kind: 'update', subject: 'directory Acme' }])
  const { text } = await admin.client.call(exportManifest, {})
  expect(text).toContain('Research')
  expect(text).toContain('ldaps://directory.acme.example')
  expect(text).not.toContain('pw-1')
})

it('says where a mapping or a rule leads nowhere', async () => {
  const wrong = await apply(TEXT.replace('resourceGroup: lab', 'resourceGroup: none')).catch((error: unknown) => error)
  expect(wrong).toBeInstanceOf(StoaError)
  expect((wrong as StoaError).message).toContain('There is no resource group none')
  const lost = await apply(TEXT.replace('org: acme, role: write', 'org: nowhere, role: write')).catch(
    (error: unknown) => error,
  )
  expect((lost as StoaError).message).toContain('There is no organisation nowhere')
})

it('takes them away', async () => {
  const gone = await apply(`
provisioning: [{ org: acme, state: absent }]
directories: [{ name: Acme, state: absent }]
`)
  expect(gone.changes.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual([
    'remove directory Acme',
    'remove provisioning of acme',
  ])
})
