import {
  type BodyOf,
  type newConnection,
  refuse,
  SIGN_ON_MAX,
  signOnMapping,
  type updateConnection,
} from '@stoa/contracts'
import type { z } from 'zod'
import type { AuditFacts } from '../../../kit/audit/audit.js'
import { afterCommit, type Tx } from '../../../kit/db/database.js'
import type { SsoDeps } from '../deps.js'
import {
  deleteConnection as deleteRow,
  findConnection,
  findConnectionByName,
  listConnections,
  upsertConnection,
} from '../queries/connections.js'
import { findPolicy } from '../queries/policies.js'
import { readCertificate } from './certificate.js'
import type { Connection, OidcSettings, SamlSettings } from './connection.js'
import { readMetadata } from './saml/read-metadata.js'
import { sealClientSecret } from './secrets.js'

export type NewConnection = z.output<typeof newConnection>
export type ConnectionPatch = BodyOf<typeof updateConnection>
type ManageDeps = Pick<SsoDeps, 'clock' | 'ids' | 'audit' | 'instanceKey' | 'accounts' | 'config'>

/** Connects a provider. Throws `ConnectionInvalid`, `ConnectionLimit`, `Conflict`. */
export async function createConnection(
  tx: Tx,
  deps: ManageDeps,
  orgId: string | null,
  wanted: NewConnection,
): Promise<Connection> {
  if ((await listConnections(tx, orgId)).length >= SIGN_ON_MAX.connections) throw refuse('ConnectionLimit')
  if ((wanted.oidc === undefined) === (wanted.saml === undefined && wanted.samlMetadata === undefined))
    throw refuse('ConnectionInvalid', 'Send either what OpenID Connect needs, or what SAML needs.')
  const now = deps.clock.now()
  const blank = {
    id: deps.ids.next(),
    orgId,
    name: wanted.name,
    isEnabled: true,
    createsAccounts: true,
    secondFactor: 'ours' as const,
    mapping: signOnMapping.parse({}),
    secretSealed: null,
    createdAt: now,
    updatedAt: now,
  }
  const draft: Connection =
    wanted.oidc === undefined
      ? { ...blank, protocol: 'saml', settings: { entityId: '', ssoUrl: '', certificates: [] } }
      : { ...blank, protocol: 'oidc', settings: { issuer: '', clientId: '', scopes: '' } }
  const connection = applyPatch(deps, draft, wanted)
  await demandFreeName(tx, connection)
  await upsertConnection(tx, connection)
  await record(tx, deps, connection, 'create', { after: factsOf(connection) })
  return connection
}

/** Changes what was sent. Throws `ConnectionInvalid`, `Conflict`, `SignOnNotReady`. */
export async function changeConnection(
  tx: Tx,
  deps: ManageDeps,
  before: Connection,
  patch: ConnectionPatch,
): Promise<Connection> {
  const changed = applyPatch(deps, before, patch)
  if (before.isEnabled && !changed.isEnabled) await keepADoor(tx, before)
  await demandFreeName(tx, changed)
  await upsertConnection(tx, { ...changed, updatedAt: deps.clock.now() })
  const secret = before.secretSealed === changed.secretSealed ? {} : { isSecretChanged: true }
  await record(tx, deps, changed, 'update', { before: factsOf(before), after: { ...factsOf(changed), ...secret } })
  afterCommit(tx, () => deps.accounts.forgetAll())
  return changed
}

/** Ends a connection, its identities and what was reached through it. Throws `SignOnNotReady`. */
export async function endConnection(tx: Tx, deps: ManageDeps, connection: Connection): Promise<void> {
  await keepADoor(tx, connection)
  await deleteRow(tx, connection.id)
  await record(tx, deps, connection, 'delete', { before: factsOf(connection) })
  afterCommit(tx, () => deps.accounts.forgetAll())
}

/** While sign-on is demanded there is a connection to come through. */
async function keepADoor(tx: Tx, { id, orgId, isEnabled }: Connection): Promise<void> {
  if (orgId === null || !isEnabled || !(await findPolicy(tx, orgId))?.isEnforced) return
  const others = (await listConnections(tx, orgId)).filter((one) => one.id !== id && one.isEnabled)
  if (others.length === 0)
    throw refuse('SignOnNotReady', 'Members must come through this connection. Stop demanding sign-on first.')
}

async function demandFreeName(tx: Tx, { id, orgId, name }: Connection): Promise<void> {
  const other = await findConnectionByName(tx, orgId, name)
  if (other && other.id !== id) throw refuse('Conflict', `There is a connection of the name ${name} already.`)
}

function applyPatch(deps: ManageDeps, before: Connection, patch: ConnectionPatch): Connection {
  const { id, orgId } = before
  const mapping = patch.mapping ?? before.mapping
  if (orgId === null && (mapping.roles.length > 0 || mapping.groups.length > 0))
    throw refuse('ConnectionInvalid', 'Roles are given by connections of organisations.')
  const common = {
    name: patch.name ?? before.name,
    isEnabled: patch.enabled ?? before.isEnabled,
    createsAccounts: patch.createsAccounts ?? before.createsAccounts,
    secondFactor: patch.secondFactor ?? before.secondFactor,
    mapping,
  }
  if (before.protocol === 'saml') {
    if (patch.oidc || patch.clientSecret !== undefined)
      throw refuse('ConnectionInvalid', 'This connection speaks SAML.')
    return { ...before, ...common, settings: readSaml(deps, patch) ?? before.settings }
  }
  if (patch.saml || patch.samlMetadata !== undefined)
    throw refuse('ConnectionInvalid', 'This connection speaks OpenID Connect.')
  const settings = patch.oidc === undefined ? before.settings : readOidc(deps, patch.oidc)
  // A secret is of one client at one issuer: another one gets a new secret or none.
  const isSameClient = settings.issuer === before.settings.issuer && settings.clientId === before.settings.clientId
  const kept = isSameClient ? before.secretSealed : null
  const sealed = patch.clientSecret === undefined ? kept : sealClientSecret(deps.instanceKey, id, patch.clientSecret)
  return { ...before, ...common, settings, secretSealed: sealed }
}

function readOidc(deps: ManageDeps, { issuer, clientId, scopes }: NonNullable<NewConnection['oidc']>): OidcSettings {
  demandSafe(deps, issuer)
  const { search, hash } = new URL(issuer)
  if (search !== '' || hash !== '' || issuer.includes('/.well-known/'))
    throw refuse('ConnectionInvalid', 'The issuer is an address without a query, as the provider names itself.')
  const asked = (scopes ?? 'profile email').split(/\s+/).filter((scope) => scope !== '' && scope !== 'openid')
  return { issuer, clientId, scopes: asked.join(' ') }
}

function readSaml(deps: ManageDeps, patch: ConnectionPatch): SamlSettings | null {
  const given = patch.saml ?? (patch.samlMetadata === undefined ? null : readMetadata(patch.samlMetadata))
  if (given === null) return null
  demandSafe(deps, given.ssoUrl)
  return { ...given, certificates: given.certificates.map((text) => readCertificate(text).pem) }
}

/** Over an open network everybody on the way could be the provider. */
function demandSafe(deps: ManageDeps, address: string): void {
  const { protocol, hostname, host } = new URL(address)
  const isAllowed = deps.config.innerHosts.some((one) => one === hostname || one === host)
  if (protocol !== 'https:' && !isAllowed) throw refuse('ConnectionInvalid', `${host} must be reached over https.`)
}

/** A connection of this owner. Throws `ConnectionNotFound`. */
export async function getConnection(
  tx: Parameters<typeof findConnection>[0],
  orgId: string | null,
  id: string,
): Promise<Connection> {
  const connection = await findConnection(tx, id)
  if (!connection || connection.orgId !== orgId) throw refuse('ConnectionNotFound')
  return connection
}

/** What an event says of a connection; of its secret only that it changed. */
function factsOf({
  name,
  protocol,
  isEnabled,
  createsAccounts,
  secondFactor,
  settings,
  mapping,
}: Connection): AuditFacts {
  const { certificates = [], ...plain } = { ...settings } as Partial<SamlSettings> & Partial<OidcSettings>
  const fingerprints = certificates.map((pem) => readCertificate(pem).fingerprint)
  const shown = fingerprints.length > 0 ? { ...plain, certificates: fingerprints } : plain
  return { name, protocol, isEnabled, createsAccounts, secondFactor, ...shown, mapping: JSON.stringify(mapping) }
}

async function record(
  tx: Tx,
  deps: Pick<SsoDeps, 'audit'>,
  { id, orgId, name }: Connection,
  verb: string,
  facts: { readonly before?: AuditFacts; readonly after?: AuditFacts },
): Promise<void> {
  await deps.audit.record(tx, {
    chain: orgId ?? 'platform',
    action: `${orgId === null ? 'admin' : 'org'}.settings.connection_${verb}`,
    target: { type: 'connection', id, name },
    ...facts,
  })
}
