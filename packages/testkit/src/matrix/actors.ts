import { createToken, type ResourceGroupView, type ServiceAccountView } from '@stoa/contracts'
import { join, joinAsAdmin, type Person } from '../person.js'
import type { TestServer } from '../test-server.js'

/** Somebody who calls, as headers. */
export interface Caller {
  readonly headers: Readonly<Record<string, string>>
  /** Refused wherever a credential is asked for. */
  readonly isDead?: true
  readonly isAnonymous?: true
}

export interface World {
  /** Admin of the organisation, by session. */
  readonly admin: Person
  /** May not see what is private in the group. */
  readonly hidden: Readonly<Record<string, Caller>>
  /** Are no party to the organisation's money, or have no scope for it. */
  readonly strangers: readonly string[]
  /** Sees it. */
  readonly seeing: Readonly<Record<string, Caller>>
  /** Belong to the organisation with a role: see what is internal, and private outside of groups. */
  readonly members: Readonly<Record<string, Caller>>
  readonly readToken: string
  readonly groupId: string
}

export const ORG = 'acmehouse'
/** No network of the organisation. */
const CAFE = '198.51.100.7'
const DAY_MS = 24 * 3_600_000

const bearer = (token: string): Caller => ({ headers: { authorization: `Bearer ${token}` } })

/** An organisation with members of every kind, strangers, and credentials of every kind. */
export async function makeWorld(server: TestServer, advanceMs: (ms: number) => void): Promise<World> {
  const root = await joinAsAdmin(server)
  const [admin, writer, maker, seat, inside, other, gone] = [
    await join(server, 'orgadmin'),
    await join(server, 'writer'),
    await join(server, 'maker'),
    await join(server, 'seat'),
    await join(server, 'inside'),
    await join(server, 'other'),
    await join(server, 'gone'),
  ]
  const members = `/api/v1/accounts/orgs/${ORG}/members`
  await admin.ask('POST', '/api/v1/accounts/orgs', { name: ORG })
  for (const [user, role] of [
    ['writer', 'write'],
    ['maker', 'contributor'],
    ['seat', 'no_access'],
    ['inside', 'read'],
    ['gone', 'admin'],
  ] as const)
    await admin.ask('POST', members, { user, role })
  const group = await admin.ask<ResourceGroupView>('POST', `/api/organizations/${ORG}/resource-groups`, {
    name: 'kept',
    users: [{ user: 'inside', role: 'read' }],
  })
  const brief = { name: 'brief', role: 'write', expiresInDays: 1 }
  const expired = await admin.ask<{ secret: string }>(createToken.method, createToken.path, brief)
  advanceMs(2 * DAY_MS)
  const scopes = [{ entity: { type: 'user', name: 'orgadmin' }, permissions: ['repo.content.read'] }]
  const narrow = await admin.newToken({ name: 'narrow', role: 'fineGrained', scopes })
  await root.ask('POST', '/api/v1/accounts/admin/accounts/gone/suspend', { reason: 'matrix' })
  const hidden: Record<string, Caller> = {
    anonymous: { headers: {}, isAnonymous: true },
    'another user': bearer(other.token),
    'another user in a browser': { headers: { cookie: other.cookie } },
    'a member with a seat': bearer(seat.token),
    'a member outside of the group': bearer(writer.token),
    'an expired token': { ...bearer(expired.body.secret), isDead: true },
    'a token for something else': bearer(narrow),
    'a suspended admin': { ...bearer(gone.token), isDead: true },
    'an app that may know the name': bearer(await letAppIn(server, admin)),
    'a service account of others': bearer(await makeService(other, 'elsewhere')),
    'an admin through a token the organisation denied': bearer(await makeDenied(admin)),
    'an admin from a network of others': { headers: { ...bearer(admin.token).headers, 'x-forwarded-for': CAFE } },
  }
  const service = await makeService(admin, ORG)
  const networks = { enforceIpRestriction: true, ipRanges: ['127.0.0.0/8', '::1'] }
  await admin.ask('PATCH', `/api/organizations/${ORG}/settings/network-security`, networks)
  return {
    admin,
    hidden,
    strangers: Object.keys(hidden).filter((name) => name !== 'a member outside of the group'),
    seeing: { 'admin of the organisation': bearer(admin.token), 'member of the group': bearer(inside.token) },
    members: {
      'an admin': bearer(admin.token),
      'a writer': bearer(writer.token),
      'a contributor': bearer(maker.token),
      'a reader in the group': bearer(inside.token),
      'its service account': bearer(service),
    },
    readToken: await admin.newToken({ name: 'reads', role: 'read' }),
    groupId: group.body.id,
  }
}

/** A token of an admin that may do everything, but not here. */
async function makeDenied(admin: Person): Promise<string> {
  const made = await admin.ask<{ token: { id: string }; secret: string }>(createToken.method, createToken.path, {
    name: 'denied',
    role: 'write',
  })
  const denied = await admin.ask('POST', `/api/v1/accounts/orgs/${ORG}/tokens/${made.body.token.id}/deny`)
  if (denied.status !== 204) throw new Error(`not denied: ${JSON.stringify(denied.body)}`)
  return made.body.secret
}

async function makeService(other: Person, org: string): Promise<string> {
  await other.ask('POST', '/api/v1/accounts/orgs', { name: org })
  const path = `/api/organizations/${org}/service-accounts`
  const made = await other.ask<ServiceAccountView>('POST', path, { name: `${org}-ci`, role: 'write' })
  const token = { name: 'ci', permissions: ['repo.write', 'org.write', 'billing.write'] }
  return (await other.ask<{ token: string }>('POST', `${path}/${made.body.id}/tokens`, token)).body.token
}

/** The id that `hf auth login` names: an app that is built in. */
const CLI = '26be6b09-91c5-47da-9861-d2d2bb7a7e36'

/** An app the admin let in by a code, that was given no organisation. */
async function letAppIn(server: TestServer, admin: Person): Promise<string> {
  const post = <T>(path: string, fields: Record<string, string>) =>
    fetch(server.url + path, { method: 'POST', body: new URLSearchParams(fields) }).then((answer) => answer.json() as T)
  const started = await post<{ device_code: string; user_code: string }>('/oauth/device', {
    client_id: CLI,
    scope: 'openid profile',
  })
  await admin.ask('POST', '/api/v1/accounts/oauth/device', { userCode: started.user_code, allow: true })
  const got = await post<{ access_token: string }>('/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code,
    client_id: CLI,
  })
  if (!got.access_token) throw new Error(`no token for the app: ${JSON.stringify(got)}`)
  return got.access_token
}

export const THING_TYPES = ['model', 'dataset', 'space', 'kernel'] as const

/** A thing of every type under one name, its card saying `text`. */
export async function makeThings(world: World, name: string, text: string, settings: object): Promise<void> {
  const files = [{ path: 'README.md', content: `# ${text}` }]
  for (const type of THING_TYPES) {
    const repo = { name, organization: ORG, type, files, ...(type === 'space' ? { sdk: 'static' } : {}), ...settings }
    const made = await world.admin.ask('POST', '/api/repos/create', repo)
    if (made.status !== 200) throw new Error(`no ${type}: ${JSON.stringify(made.body)}`)
  }
}

/** Private things in the group, of every type, and a bucket. */
export async function makePrivateThings(world: World, name: string): Promise<void> {
  await makeThings(world, name, 'hidden', { private: true, resourceGroupId: world.groupId })
  await world.admin.ask('POST', `/api/buckets/${ORG}/${name}`, { private: true })
  const path = `/api/buckets/${ORG}/${name}/resource-group`
  const moved = await world.admin.ask('POST', path, { resourceGroupId: world.groupId })
  if (moved.status !== 200) throw new Error(`no bucket: ${JSON.stringify(moved.body)}`)
}
