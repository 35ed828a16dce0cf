import { newConnection } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import { type Change, describeDifference, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import { type AccountRow, findAccountRow, listAccountRowsById } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { findConnectionByName, listAllConnections } from '../queries/connections.js'
import type { Connection } from '../sso/connection.js'
import { changeConnection, createConnection, endConnection } from '../sso/manage-connections.js'
import { openClientSecret } from '../sso/secrets.js'

const connection = newConnection.extend({
  /** Absent: of the platform. */
  org: z.string().max(96).optional(),
})
type ConnectionItem = z.output<typeof connection>

/** `signOnConnections:` of a manifest: identity providers of organisations and of the platform. */
export function createConnectionsNoun(deps: SsoDeps): ManifestNoun<ConnectionItem> {
  return {
    key: 'signOnConnections',
    identity: ['org', 'name'],
    schema: connection,
    apply: (tx, item) => applyConnection(tx, deps, item),
    remove: async (tx, item) => {
      const org = await getOrg(tx, item.org)
      const found = await findConnectionByName(tx, org?.id ?? null, item.name)
      if (!found) return null
      await endConnection(tx, deps, found)
      return { kind: 'remove', subject: subjectOf(item), text: '' }
    },
    export: async (db) => {
      const connections = await listAllConnections(db)
      const orgs = await listAccountRowsById(
        db,
        connections.flatMap(({ orgId }) => orgId ?? []),
      )
      const names = new Map(orgs.map(({ id, name }) => [id, name]))
      return connections.map((one) => toItem(one, one.orgId === null ? undefined : names.get(one.orgId)))
    },
  }
}

const subjectOf = ({ org, name }: Pick<ConnectionItem, 'org' | 'name'>): string =>
  `sign-on connection ${name} of ${org ?? 'the platform'}`

/** The organisation an item names; null for the platform. */
export async function getOrg(tx: Tx, name: string | undefined): Promise<AccountRow | null> {
  if (name === undefined) return null
  const row = await findAccountRow(tx, name)
  if (row?.kind !== 'org' || row.state === 'removed') throw itemProblem(['org'], 'the name of an organisation')
  return row
}

async function applyConnection(tx: Tx, deps: SsoDeps, item: ConnectionItem): Promise<Change | null> {
  const { org: orgName, ...wanted } = item
  const org = await getOrg(tx, orgName)
  const subject = subjectOf(item)
  const before = await findConnectionByName(tx, org?.id ?? null, item.name)
  if (!before) {
    await createConnection(tx, deps, org?.id ?? null, wanted)
    return { kind: 'create', subject, text: '' }
  }
  const isSameSecret =
    wanted.clientSecret === undefined || openClientSecret(deps.instanceKey, before) === wanted.clientSecret
  const { clientSecret: _, ...plain } = wanted
  const patch = isSameSecret ? plain : wanted
  const shown = toItem(before, orgName)
  const { saml, samlMetadata, ...rest } = plain
  const oidc = rest.oidc && { oidc: { ...rest.oidc, scopes: rest.oidc.scopes ?? 'profile email' } }
  const texts = [describeDifference({ ...shown }, { ...rest, ...oidc }), isSameSecret ? '' : 'clientSecret *** → ***']
  // Certificates and metadata are held against each other after they were read, not as they were written.
  const changed = saml !== undefined || samlMetadata !== undefined || texts.some((text) => text !== '')
  if (!changed) return null
  const after = await changeConnection(tx, deps, before, patch)
  texts.push(describeDifference({ settings: before.settings }, { settings: after.settings }))
  const text = texts.filter((one) => one !== '').join(', ')
  return text === '' ? null : { kind: 'update', subject, text }
}

/** As the document would say it, without the secret. */
function toItem(one: Connection, org: string | undefined): ConnectionItem {
  return {
    ...(org === undefined ? {} : { org }),
    name: one.name,
    enabled: one.isEnabled,
    createsAccounts: one.createsAccounts,
    secondFactor: one.secondFactor,
    mapping: one.mapping,
    ...(one.protocol === 'oidc'
      ? { oidc: { ...one.settings } }
      : { saml: { ...one.settings, certificates: [...one.settings.certificates] } }),
  }
}
