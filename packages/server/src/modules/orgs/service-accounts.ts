import { refuse, SERVICE_ACCOUNTS_MAX, type ServiceAccountView } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Role, TokenScope } from '../../../kit/http/actor.js'
import { createAccessToken, HINT_LENGTH } from '../access-tokens.js'
import { createService as insertServiceAccount } from '../create-account.js'
import type { AccountsDeps } from '../deps.js'
import { type AccountRow, lockAccount, updateAccount } from '../queries/accounts.js'
import {
  changeTokenSecret,
  deleteToken,
  deleteTokensOf,
  listTokenRows,
  type TokenRow,
  updateToken,
} from '../queries/credentials.js'
import { deleteMembershipsOf } from '../queries/memberships.js'
import { deleteGroupsOf, listGroupsOfMembers } from '../queries/resource-groups.js'
import { findService, insertService, listServices, type ServiceRow } from '../queries/service-accounts.js'
import { setMembership } from '../change-membership.js'
import { hashSecret, makeTokenSecret } from '../token-secret.js'
import { addGroupMembers, getGroup } from './resource-groups.js'

type ServiceRole = Exclude<Role, 'admin'>

export interface NewService {
  readonly name: string
  readonly description?: string | undefined
  readonly role: ServiceRole
  readonly resourceGroups?:
    | readonly { readonly id: string; readonly role: 'read' | 'contributor' | 'write' }[]
    | undefined
  readonly byId: string | null
}

/** Makes a service account of an organisation; its id. Throws `NameInvalid`, `NameTaken`, `Conflict` when there are too many. */
export async function createService(
  tx: Tx,
  deps: AccountsDeps,
  org: Pick<AccountRow, 'id' | 'name'>,
  service: NewService,
): Promise<string> {
  await lockAccount(tx, org.id)
  if ((await listServices(tx, org.id)).length >= SERVICE_ACCOUNTS_MAX)
    throw refuse('Conflict', `An organisation has at most ${SERVICE_ACCOUNTS_MAX} service accounts.`)
  const { name, description, role, byId } = service
  const patch = description === undefined ? {} : { details: description }
  const id = await insertServiceAccount(tx, deps, { name, patch })
  await insertService(tx, { accountId: id, orgId: org.id, createdBy: byId, createdAt: deps.clock.now() })
  await setMembership(tx, deps, { orgId: org.id, userId: id, role })
  for (const { id: groupId, role: groupRole } of service.resourceGroups ?? []) {
    const group = await getGroup(tx, org.id, groupId)
    await addGroupMembers(tx, deps, group, [{ user: name, role: groupRole }], byId)
  }
  await record(tx, deps, org.id, { verb: 'create', id, name, after: { role } })
  return id
}

/** Removes a service account: its tokens stop, its name is not given again. */
export async function removeService(tx: Tx, deps: AccountsDeps, orgId: string, service: ServiceRow): Promise<void> {
  const { id, name } = service
  await deleteTokensOf(tx, id)
  await deleteMembershipsOf(tx, id)
  await deleteGroupsOf(tx, id)
  await updateAccount(tx, id, { state: 'removed', details: null }, deps.clock.now())
  await record(tx, deps, orgId, { verb: 'delete', id, name })
}

interface TokenWork {
  readonly org: Pick<AccountRow, 'id' | 'name'>
  readonly service: ServiceRow
}

/** Makes a token of a service account; it may do these things in its organisation. Throws `TokenNameTaken`, `TokenLimit`. */
export async function createServiceToken(
  tx: Tx,
  deps: AccountsDeps,
  { org, service }: TokenWork,
  token: { readonly name: string; readonly permissions: readonly string[]; readonly expiresAt: Date | null },
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const { name, permissions, expiresAt } = token
  const scopes = scopesOf(org, permissions)
  const made = await createAccessToken(tx, deps, { userId: service.id, name, role: 'fineGrained', scopes, expiresAt })
  const after = { name, permissions: [...permissions] }
  await record(tx, deps, org.id, { verb: 'token.create', id: service.id, name: service.name, after })
  return made
}

const scopesOf = (org: Pick<AccountRow, 'name'>, permissions: readonly string[]): TokenScope[] => [
  { entity: { type: 'org', name: org.name }, permissions: [...new Set(permissions)] },
]

/** Changes what a token may do. Throws `NotFound`. */
export async function changeServiceToken(
  tx: Tx,
  deps: AccountsDeps,
  { org, service }: TokenWork,
  change: { readonly tokenId: string; readonly permissions: readonly string[] },
): Promise<TokenRow> {
  const token = await getToken(tx, service, change.tokenId)
  const scopes = scopesOf(org, change.permissions)
  await updateToken(tx, token.id, { role: 'fineGrained', scopes })
  const after = { name: token.name, permissions: [...change.permissions] }
  await record(tx, deps, org.id, { verb: 'token.update', id: service.id, name: service.name, after })
  return { ...token, scopes }
}

async function getToken(tx: Tx, service: ServiceRow, tokenId: string): Promise<TokenRow> {
  const token = (await listTokenRows(tx, service.id)).find((one) => one.id === tokenId)
  if (!token) throw refuse('NotFound')
  return token
}

/** Gives a token another secret; the old one stops. Throws `NotFound`. */
export async function rotateServiceToken(
  tx: Tx,
  deps: AccountsDeps,
  { org, service }: TokenWork,
  tokenId: string,
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const secret = makeTokenSecret()
  const changed = { secretHash: hashSecret(secret), hint: secret.slice(-HINT_LENGTH) }
  const token = await changeTokenSecret(tx, service.id, tokenId, changed)
  if (!token) throw refuse('NotFound')
  const after = { name: token.name }
  await record(tx, deps, org.id, { verb: 'token.rotate', id: service.id, name: service.name, after })
  return { token, secret }
}

/** Revokes a token. Throws `NotFound`. */
export async function revokeServiceToken(
  tx: Tx,
  deps: AccountsDeps,
  { org, service }: TokenWork,
  tokenId: string,
): Promise<void> {
  const token = await getToken(tx, service, tokenId)
  await deleteToken(tx, service.id, token.id)
  const before = { name: token.name }
  await record(tx, deps, org.id, { verb: 'token.revoke', id: service.id, name: service.name, before })
}

interface ServiceEvent {
  readonly verb: string
  readonly id: string
  readonly name: string
  readonly before?: Record<string, string | string[]>
  readonly after?: Record<string, string | string[]>
}

async function record(tx: Tx, deps: AccountsDeps, orgId: string, event: ServiceEvent): Promise<void> {
  const { verb, id, name, ...change } = event
  const target = { type: 'service_account', id, name }
  await deps.audit.record(tx, { chain: orgId, action: `service_account.${verb}`, target, ...change })
}

/** The service account of an organisation. Throws `AccountNotFound`. */
export async function getService(db: Db | Tx, orgId: string, id: string): Promise<ServiceRow> {
  const service = await findService(db, orgId, id)
  if (!service) throw refuse('AccountNotFound', 'No such service account.')
  return service
}

export async function showService(deps: AccountsDeps, orgId: string, service: ServiceRow): Promise<ServiceAccountView> {
  const groups = await listGroupsOfMembers(deps.db, orgId, [service.id])
  return {
    id: service.id,
    name: service.name,
    ...(service.details === null ? {} : { description: service.details }),
    role: service.role as ServiceRole,
    resourceGroups: groups.map(({ id, role }) => ({ id, role })),
    createdAt: service.createdAt.toISOString(),
    tokens: (await listTokenRows(deps.db, service.id)).map(showServiceToken),
  }
}

export function showServiceToken(token: TokenRow): ServiceAccountView['tokens'][number] {
  return {
    id: token.id,
    name: token.name,
    permissions: token.scopes.flatMap((scope) => scope.permissions),
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  }
}
