import { groupMapping, GROUP_MAPPINGS_MAX, memberRole, StoaError } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import { type Change, itemProblem, type ManifestContext, type ManifestNoun } from '../../../kit/manifest/noun.js'
import type { Account } from '../../accounts/index.js'
import type { DirectoryDeps } from '../deps.js'
import { findDefaultRole, listCredentials, listProvisionedOrgs } from '../queries/provisioning.js'
import { addCredential, revokeCredential } from '../scim/credentials.js'
import { changeProvisioning, showMappings } from '../scim/settings.js'

const DAY_MS = 24 * 3_600_000

const provisioningItem = z.strictObject({
  org: z.string().min(1).max(96),
  defaultRole: memberRole.optional(),
  /** All of them. */
  mappings: z.array(groupMapping).max(GROUP_MAPPINGS_MAX).optional(),
  /** Names; the secret of a new one is shown once. */
  credentials: z
    .record(z.string().min(1).max(80), z.strictObject({ expiresInDays: z.number().int().min(1).max(3650).optional() }))
    .optional(),
})
type ProvisioningItem = z.output<typeof provisioningItem>

/** `provisioning:` of a manifest: how identity providers add people to organisations. */
export function createProvisioningNoun(deps: DirectoryDeps): ManifestNoun<ProvisioningItem> {
  return {
    key: 'provisioning',
    identity: ['org'],
    schema: provisioningItem,
    apply: (tx, item, context) => applyItem(tx, deps, item, context),
    remove: async (tx, item) => {
      const org = await findOrg(tx, deps, item.org)
      const credentials = await listCredentials(tx, org.id)
      for (const { id } of credentials) await revokeCredential(tx, deps, org, id)
      const texts = await changeProvisioning(tx, deps, org, { mappings: [] })
      if (credentials.length === 0 && texts.length === 0) return null
      return { kind: 'remove', subject: `provisioning of ${org.name}`, text: '' }
    },
    export: async (db) => {
      const items: ProvisioningItem[] = []
      for (const orgId of await listProvisionedOrgs(db)) {
        const org = await deps.accounts.getAccount(db, orgId)
        const defaultRole = (await findDefaultRole(db, orgId)) ?? undefined
        const mappings = await showMappings(db, deps, orgId)
        const credentials = Object.fromEntries((await listCredentials(db, orgId)).map(({ name }) => [name, {}]))
        items.push({ org: org.name, defaultRole, mappings, credentials })
      }
      return items
    },
  }
}

async function findOrg(tx: Tx, deps: DirectoryDeps, name: string): Promise<Account> {
  const org = await deps.accounts.findAccount(tx, name)
  if (org?.type !== 'org') throw itemProblem(['org'], `there is no organisation ${name}`)
  return org
}

async function applyItem(
  tx: Tx,
  deps: DirectoryDeps,
  item: ProvisioningItem,
  context: ManifestContext,
): Promise<Change | null> {
  const org = await findOrg(tx, deps, item.org)
  const texts = await changeProvisioning(tx, deps, org, item).catch((error: unknown) => {
    throw error instanceof StoaError ? itemProblem(['mappings'], error.message) : error
  })
  const known = new Set((await listCredentials(tx, org.id)).map(({ name }) => name))
  for (const [name, { expiresInDays }] of Object.entries(item.credentials ?? {})) {
    if (known.has(name)) continue
    const expiresAt = expiresInDays === undefined ? null : new Date(context.now.getTime() + expiresInDays * DAY_MS)
    const wanted = { name, expiresAt, byId: context.actor?.userId ?? null }
    const { secret } = await addCredential(tx, deps, org, wanted)
    context.reveal(`provisioning credential ${name} of ${org.name}`, secret)
    texts.push(`credential ${name} none → ***`)
  }
  if (texts.length === 0) return null
  return { kind: 'update', subject: `provisioning of ${org.name}`, text: texts.join(', ') }
}
