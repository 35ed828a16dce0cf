import { refuse, SERVICE_ACCOUNTS_MAX, type ServiceAccountView } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Role, TokenScope } from '../../kit/http/actor.js'
import { type AccountRow, listAccountRowsById, listRoles, lockAccount, type TokenRow } from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'
import { deleteGroupsOf, listGroupsOfMembers } from './queries/resource-groups.js'
import { insertService, listServiceFacts, type ServiceFacts } from './queries/service-accounts.js'
import { addGroupMembers, getGroup } from './resource-groups.js'

type ServiceRole = Exclude<Role, 'admin'>

export interface ServiceRow {
  readonly id: string
  readonly name: string
  readonly fullname: string
  readonly details: string | null
  readonly role: Role
  readonly createdAt: Date
}

/** Service accounts of an organisation that were not removed, by name. */
export async function listServices(db: Db | Tx, orgId: string): Promise<ServiceRow[]> {
  return readServices(db, orgId, await listServiceFacts(db, orgId))
}

async function readServices(db: Db | Tx, orgId: string, facts: readonly ServiceFacts[]): Promise<ServiceRow[]> {
  const ids = facts.map((one) => one.accountId)
  const [accounts, roles] = [await listAccountRowsById(db, ids), await listRoles(db, orgId, ids)]
  const made = new Map(facts.map((one) => [one.accountId, one.createdAt]))
  return accounts.flatMap(({ id, name, fullname, details, state, createdAt }) =>
    state === 'removed'
      ? []
      : [{ id, name, fullname, details, role: roles.get(id) ?? 'no_access', createdAt: made.get(id) ?? createdAt }],
  )
}

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
  deps: OrgsDeps,
  org: Pick<AccountRow, 'id' | 'name'>,
  service: NewService,
): Promise<string> {
  await lockAccount(tx, org.id)
  if ((await listServices(tx, org.id)).length >= SERVICE_ACCOUNTS_MAX)
    throw refuse('Conflict', `An organisation has at most ${SERVICE_ACCOUNTS_MAX} service accounts.`)
  const { name, description, role, byId } = service
  const patch = description === undefined ? {} : { details: description }
  const id = await deps.accounts.machines.create(tx, { name, patch })
  await insertService(tx, { accountId: id, orgId: org.id, createdBy: byId, createdAt: deps.clock.now() })
  await deps.accounts.organisations.setMember(tx, { orgId: org.id, userId: id, role })
  for (const { id: groupId, role: groupRole } of service.resourceGroups ?? []) {
    const group = await getGroup(tx, org.id, groupId)
    await addGroupMembers(tx, deps, group, [{ user: name, role: groupRole }], byId)
  }
  await record(tx, deps, org.id, { verb: 'create', id, name, after: { role } })
  return id
}

/** Removes a service account: its tokens stop, its name is not given again. */
export async function removeService(tx: Tx, deps: OrgsDeps, orgId: string, service: ServiceRow): Promise<void> {
  const { id, name } = service
  await deleteGroupsOf(tx, id)
  await deps.accounts.machines.remove(tx, id)
  await record(tx, deps, orgId, { verb: 'delete', id, name })
}

interface TokenWork {
  readonly org: Pick<AccountRow, 'id' | 'name'>
  readonly service: ServiceRow
}

/** Makes a token of a service account; it may do these things in its organisation. Throws `TokenNameTaken`, `TokenLimit`. */
export async function createServiceToken(
  tx: Tx,
  deps: OrgsDeps,
  { org, service }: TokenWork,
  token: {
    readonly name: string
    readonly permissions: readonly string[]
    readonly expiresAt: Date | null
    readonly ipRanges?: readonly string[] | undefined
  },
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const { name, permissions, expiresAt, ipRanges = [] } = token
  const scopes = scopesOf(org, permissions)
  const made = await deps.accounts.machines.createToken(tx, {
    userId: service.id,
    name,
    role: 'fineGrained',
    scopes,
    expiresAt,
    ipRanges,
  })
  const after = { name, permissions: [...permissions], ipRanges: [...made.token.ipRanges] }
  await record(tx, deps, org.id, { verb: 'token.create', id: service.id, name: service.name, after })
  return made
}

const scopesOf = (org: Pick<AccountRow, 'name'>, permissions: readonly string[]): TokenScope[] => [
  { entity: { type: 'org', name: org.name }, permissions: [...new Set(permissions)] },
]

/** Changes what a token may do, and from where. Throws `NotFound`. */
export async function changeServiceToken(
  tx: Tx,
  deps: OrgsDeps,
  { org, service }: TokenWork,
  change: {
    readonly tokenId: string
    readonly permissions?: readonly string[] | undefined
    readonly ipRanges?: readonly string[] | undefined
  },
): Promise<TokenRow> {
  const token = await getToken(tx, deps, service, change.tokenId)
  const scopes = change.permissions ? scopesOf(org, change.permissions) : token.scopes
  const ipRanges = change.ipRanges ? [...new Set(change.ipRanges)] : token.ipRanges
  await deps.accounts.machines.changeToken(tx, token.id, { scopes, ipRanges })
  const permissions = scopes.flatMap((scope) => scope.permissions)
  const after = { name: token.name, permissions, ipRanges: [...ipRanges] }
  await record(tx, deps, org.id, { verb: 'token.update', id: service.id, name: service.name, after })
  return { ...token, scopes, ipRanges }
}

async function getToken(tx: Tx, deps: OrgsDeps, service: ServiceRow, tokenId: string): Promise<TokenRow> {
  const token = (await deps.accounts.machines.listTokens(tx, service.id)).find((one) => one.id === tokenId)
  if (!token) throw refuse('NotFound')
  return token
}

/** Gives a token another secret; the old one stops. Throws `NotFound`. */
export async function rotateServiceToken(
  tx: Tx,
  deps: OrgsDeps,
  { org, service }: TokenWork,
  tokenId: string,
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const made = await deps.accounts.machines.rotateToken(tx, service.id, tokenId)
  if (!made) throw refuse('NotFound')
  const after = { name: made.token.name }
  await record(tx, deps, org.id, { verb: 'token.rotate', id: service.id, name: service.name, after })
  return made
}

/** Revokes a token. Throws `NotFound`. */
export async function revokeServiceToken(
  tx: Tx,
  deps: OrgsDeps,
  { org, service }: TokenWork,
  tokenId: string,
): Promise<void> {
  const token = await getToken(tx, deps, service, tokenId)
  await deps.accounts.machines.revokeToken(tx, service.id, token.id)
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

async function record(tx: Tx, deps: OrgsDeps, orgId: string, event: ServiceEvent): Promise<void> {
  const { verb, id, name, ...change } = event
  const target = { type: 'service_account', id, name }
  await deps.audit.record(tx, { chain: orgId, action: `service_account.${verb}`, target, ...change })
}

/** The service account of an organisation. Throws `AccountNotFound`. */
export async function getService(db: Db | Tx, orgId: string, id: string): Promise<ServiceRow> {
  const [service] = await readServices(db, orgId, await listServiceFacts(db, orgId, id))
  if (!service) throw refuse('AccountNotFound', 'No such service account.')
  return service
}

export async function showService(deps: OrgsDeps, orgId: string, service: ServiceRow): Promise<ServiceAccountView> {
  const groups = await listGroupsOfMembers(deps.db, orgId, [service.id])
  return {
    id: service.id,
    name: service.name,
    ...(service.details === null ? {} : { description: service.details }),
    role: service.role as ServiceRole,
    resourceGroups: groups.map(({ id, role }) => ({ id, role })),
    createdAt: service.createdAt.toISOString(),
    tokens: (await deps.accounts.machines.listTokens(deps.db, service.id)).map(showServiceToken),
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
    ipRanges: [...token.ipRanges],
  }
}
