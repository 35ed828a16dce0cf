import * as contracts from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { getManagedOrg, type TokenRow } from '../../accounts/index.js'
import {
  changeServiceToken,
  createService,
  createServiceToken,
  getService,
  listServices,
  removeService,
  revokeServiceToken,
  rotateServiceToken,
  showService,
  showServiceToken,
} from '../service-accounts.js'
import type { OrgsDeps } from '../deps.js'

const DAY_MS = 24 * 3_600_000

/** Service accounts of organisations (hub-api 2.51), for their admins. */
export function bindServiceAccounts(http: Http, deps: OrgsDeps): void {
  bindServiceTokens(http, deps)
  const hub = http.scope('hub')
  hub.bind(contracts.listServiceAccounts, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const services = await listServices(deps.db, org.id)
    return Promise.all(services.map((service) => showService(deps, org.id, service)))
  })
  hub.bind(contracts.getServiceAccount, async ({ actor, params }) => {
    const { org, service } = await openService(deps, actor, params)
    return showService(deps, org.id, service)
  })
  hub.bind(contracts.createServiceAccount, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const id = await deps.write((tx) => createService(tx, deps, org, { ...body, byId: actor.userId }))
    return showService(deps, org.id, await getService(deps.db, org.id, id))
  })
  hub.bind(contracts.deleteServiceAccount, async ({ actor, params }) => {
    const { org, service } = await openService(deps, actor, params)
    await deps.write((tx) => removeService(tx, deps, org.id, service))
    deps.accounts.forgetUser(service.id)
  })
}

function bindServiceTokens(http: Http, deps: OrgsDeps): void {
  const hub = http.scope('hub')
  hub.bind(contracts.createServiceToken, async ({ actor, params, body, reply }) => {
    const opened = await openService(deps, actor, params)
    const { expiresInDays, ...token } = body
    const expiresAt = expiresInDays === undefined ? null : new Date(deps.clock.now().getTime() + expiresInDays * DAY_MS)
    return showOnce(reply, await deps.write((tx) => createServiceToken(tx, deps, opened, { ...token, expiresAt })))
  })
  hub.bind(contracts.updateServiceToken, async ({ actor, params, body }) => {
    const opened = await openService(deps, actor, params)
    const change = { tokenId: params.tokenId, ...body }
    const token = await deps.write((tx) => changeServiceToken(tx, deps, opened, change))
    deps.accounts.forgetUser(opened.service.id)
    return showServiceToken(token)
  })
  hub.bind(contracts.deleteServiceToken, async ({ actor, params }) => {
    const opened = await openService(deps, actor, params)
    await deps.write((tx) => revokeServiceToken(tx, deps, opened, params.tokenId))
    deps.accounts.forgetUser(opened.service.id)
  })
  hub.bind(contracts.rotateServiceToken, async ({ actor, params, reply }) => {
    const opened = await openService(deps, actor, params)
    const made = await deps.write((tx) => rotateServiceToken(tx, deps, opened, params.tokenId))
    deps.accounts.forgetUser(opened.service.id)
    return showOnce(reply, made)
  })
}

async function openService(deps: OrgsDeps, actor: UserActor, params: { name: string; serviceId: string }) {
  const org = await getManagedOrg(deps, actor, params.name)
  return { org, service: await getService(deps.db, org.id, params.serviceId) }
}

function showOnce(reply: FastifyReply, made: { readonly token: TokenRow; readonly secret: string }) {
  reply.header('cache-control', 'no-store')
  return { token: made.secret, tokenInfo: showServiceToken(made.token) }
}
