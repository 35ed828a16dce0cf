import {
  addDomain,
  checkDomain,
  confirmDomain,
  createConnection,
  createPlatformConnection,
  deleteConnection,
  deletePlatformConnection,
  getPlatformSignOn,
  getSignOn,
  refuse,
  removeDomain,
  removePlatformDomain,
  setSignOnPolicy,
  type SignOnSettings,
  testConnection,
  testPlatformConnection,
  updateConnection,
  updatePlatformConnection,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { countPeople, findConnection, listConnections } from '../queries/connections.js'
import { type DomainRow, listDomains } from '../queries/domains.js'
import { beginSignOn } from '../sso/begin-sign-on.js'
import { ensureBrowserSecret } from '../sso/browser-cookie.js'
import type { Connection } from '../sso/connection.js'
import {
  changeConnection,
  type ConnectionPatch,
  createConnection as connect,
  endConnection,
  getConnection,
  type NewConnection,
} from '../sso/manage-connections.js'
import {
  addDomain as nameDomain,
  checkDomain as askDns,
  confirmDomain as believe,
  recordOf,
  removeDomain as giveUp,
} from '../sso/manage-domains.js'
import { setPolicy, showPolicy } from '../sso/manage-policy.js'
import { showConnection } from '../sso/show-connection.js'
import { getManagedOrg } from './managed-org.js'

/** Connections, domains and rules of sign-on, as admins of organisations and of the platform set them. */
export function bindConnections(http: Http, deps: SsoDeps): void {
  bindOrg(http, deps)
  bindDomains(http, deps)
  bindPlatform(http, deps)
}

function bindOrg(http: Http, deps: SsoDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(getSignOn, async ({ actor, params }) =>
    showSettings(deps, (await getManagedOrg(deps, actor, params.name, 'org.settings.read')).id),
  )
  stoa.bind(createConnection, async ({ actor, params, body }) =>
    create(deps, (await getManagedOrg(deps, actor, params.name)).id, body),
  )
  stoa.bind(updateConnection, async ({ actor, params, body }) =>
    change(deps, (await getManagedOrg(deps, actor, params.name)).id, params.connectionId, body),
  )
  stoa.bind(deleteConnection, async ({ actor, params }) =>
    end(deps, (await getManagedOrg(deps, actor, params.name)).id, params.connectionId),
  )
  stoa.bind(testConnection, async ({ actor, params, request, reply }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const back = `/organizations/${org.name}/settings/sign-on`
    return test(deps, { orgId: org.id, id: params.connectionId, actor, request, reply, back })
  })
  stoa.bind(setSignOnPolicy, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await setPolicy(deps, org, body, actor)
    return showPolicy(deps.db, org.id)
  })
}

function bindDomains(http: Http, deps: SsoDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(addDomain, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    return showDomain(await deps.write((tx) => nameDomain(tx, deps, org.id, body.domain)))
  })
  stoa.bind(checkDomain, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    return showDomain(await askDns(deps, org.id, params.domainId))
  })
  stoa.bind(removeDomain, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await deps.write((tx) => giveUp(tx, deps, org.id, params.domainId))
  })
  stoa.bind(confirmDomain, async ({ body }) => {
    const org = body.org === null ? null : await deps.accounts.findAccount(deps.db, body.org)
    if (body.org !== null && org?.type !== 'org') throw refuse('AccountNotFound')
    return showDomain(await deps.write((tx) => believe(tx, deps, org?.id ?? null, body.domain)))
  })
  stoa.bind(removePlatformDomain, async ({ params }) => {
    await deps.write((tx) => giveUp(tx, deps, null, params.domainId))
  })
}

function bindPlatform(http: Http, deps: SsoDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(getPlatformSignOn, () => showSettings(deps, null))
  stoa.bind(createPlatformConnection, ({ body }) => create(deps, null, body))
  stoa.bind(updatePlatformConnection, ({ params, body }) => change(deps, null, params.connectionId, body))
  stoa.bind(deletePlatformConnection, ({ params }) => end(deps, null, params.connectionId))
  stoa.bind(testPlatformConnection, ({ actor, params, request, reply }) =>
    test(deps, { orgId: null, id: params.connectionId, actor, request, reply, back: '/admin/sign-on' }),
  )
}

async function create(deps: SsoDeps, orgId: string | null, body: NewConnection) {
  return show(deps, await deps.write((tx) => connect(tx, deps, orgId, body)))
}

async function change(deps: SsoDeps, orgId: string | null, id: string, body: ConnectionPatch) {
  const changed = await deps.write(async (tx) => changeConnection(tx, deps, await getConnection(tx, orgId, id), body))
  return show(deps, changed)
}

async function end(deps: SsoDeps, orgId: string | null, id: string): Promise<void> {
  await deps.write(async (tx) => endConnection(tx, deps, await getConnection(tx, orgId, id)))
}

interface Test {
  readonly orgId: string | null
  readonly id: string
  readonly actor: UserActor
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly back: string
}

async function test(deps: SsoDeps, { orgId, id, actor, request, reply, back }: Test): Promise<{ to: string }> {
  requireSession(actor)
  const connection = await getConnection(deps.db, orgId, id)
  const browserSecret = ensureBrowserSecret(request, reply, deps.publicUrl())
  const { userId } = actor
  return { to: await beginSignOn(deps, { connection, purpose: 'test', userId, next: back, browserSecret }) }
}

async function show(deps: SsoDeps, { id }: Pick<Connection, 'id'>) {
  const connection = await findConnection(deps.db, id)
  if (!connection) throw refuse('ConnectionNotFound')
  return showConnection(connection, deps.publicUrl(), (await countPeople(deps.db, [id])).get(id) ?? 0)
}

async function showSettings(deps: SsoDeps, orgId: string | null): Promise<SignOnSettings> {
  const connections = await listConnections(deps.db, orgId)
  const people = await countPeople(
    deps.db,
    connections.map(({ id }) => id),
  )
  return {
    connections: connections.map((one) => showConnection(one, deps.publicUrl(), people.get(one.id) ?? 0)),
    domains: (await listDomains(deps.db, orgId)).map(showDomain),
    policy: orgId === null ? null : await showPolicy(deps.db, orgId),
  }
}

function showDomain(row: DomainRow) {
  const { id, domain, verifiedAt, verifiedBy } = row
  return { id, domain, record: recordOf(row), verifiedAt: verifiedAt?.toISOString() ?? null, verifiedBy }
}
