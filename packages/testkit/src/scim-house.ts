import type { ProvisioningView, ResourceGroupView } from '@stoa/contracts'
import { type Answer, ask, join, joinAsAdmin, type Person } from './person.js'
import type { TestServer } from './test-server.js'

/** Says that a domain is an organisation's, as its proof by DNS would. */
export async function ownDomain(server: TestServer, orgId: string, domain: string): Promise<void> {
  const { kit } = server.running
  await kit.write(async (tx) => {
    const id = kit.ids.next()
    const now = kit.clock.now()
    await tx
      .insertInto('federation.domains')
      .values({ id, orgId, domain, challenge: 'test', verifiedAt: now, verifiedBy: 'admin', createdAt: now })
      .execute()
    await kit.audit.record(tx, { chain: orgId, action: 'sso.domain.verify', target: { type: 'domain', id } })
  })
}

type ScimResource = Record<string, unknown>
type Sent = Answer<ScimResource>

/** What an identity provider asks, with its credential. */
export interface ScimClient {
  get(path: string, headers?: Record<string, string>): Promise<Sent>
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Sent>
}

export function scimClient(baseUrl: string, secret: string): ScimClient {
  const send: ScimClient['send'] = (method, path, body, headers = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/scim+json' }
    const sent = { headers: { authorization: `Bearer ${secret}`, ...headers, ...type } }
    return ask<ScimResource>(baseUrl + path, method, body === undefined ? sent : { ...sent, body })
  }
  return { get: (path, headers) => send('GET', path, undefined, headers), send }
}

export interface ScimHouse {
  readonly root: Person
  /** Admin of the organisation, who came by themselves. */
  readonly boss: Person
  readonly org: string
  readonly orgId: string
  readonly secret: string
  readonly scim: ScimClient
  readonly managed: ScimClient
  readonly view: () => Promise<ProvisioningView>
  readonly newGroup: (name: string, more?: object) => Promise<string>
}

let firstAdmin: { readonly server: TestServer; readonly root: Person } | undefined

/** An organisation with a domain of its own and an identity provider that was let in. */
export async function makeScimHouse(server: TestServer, org: string, domain: string): Promise<ScimHouse> {
  if (firstAdmin?.server !== server) firstAdmin = { server, root: await joinAsAdmin(server) }
  const { root } = firstAdmin
  const boss = await join(server, `${org}-boss`)
  const made = await boss.ask<{ id: string }>('POST', '/api/v1/accounts/orgs', { name: org })
  await ownDomain(server, made.body.id, domain)
  const path = `/api/v1/accounts/orgs/${org}/provisioning`
  const credential = await boss.ask<{ secret: string }>('POST', `${path}/credentials`, { name: 'Entra' })
  if (credential.status !== 200) throw new Error(`no credential: ${JSON.stringify(credential.body)}`)
  const view = async () => (await boss.ask<ProvisioningView>('GET', path)).body
  const { baseUrl, managedBaseUrl } = await view()
  return {
    ...{ root, boss, org, view },
    orgId: made.body.id,
    secret: credential.body.secret,
    scim: scimClient(baseUrl, credential.body.secret),
    managed: scimClient(managedBaseUrl, credential.body.secret),
    newGroup: async (name, more = {}) => {
      const groups = `/api/organizations/${org}/resource-groups`
      return (await boss.ask<ResourceGroupView>('POST', groups, { name, ...more })).body.id
    },
  }
}
