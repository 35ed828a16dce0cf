import { signOnDomainName } from '@stoa/contracts'
import { z } from 'zod'
import type { ManifestNoun } from '../../../kit/manifest/noun.js'
import { listAccountRowsById } from '../../accounts/index.js'
import type { FederationDeps } from '../deps.js'
import { findDomain, listVerifiedDomains } from '../queries/domains.js'
import { confirmDomain, removeDomain } from '../sso/manage-domains.js'
import { getOrg } from './connections-noun.js'

const domain = z.strictObject({
  domain: signOnDomainName,
  /** Absent: of the platform. */
  org: z.string().max(96).optional(),
})
type DomainItem = z.output<typeof domain>

/** `verifiedDomains:` of a manifest: e-mail domains that its author, an admin of the platform, vouches for. */
export function createDomainsNoun(deps: FederationDeps): ManifestNoun<DomainItem> {
  return {
    key: 'verifiedDomains',
    identity: ['domain', 'org'],
    schema: domain,
    apply: async (tx, item) => {
      const orgId = (await getOrg(tx, item.org))?.id ?? null
      const before = await findDomain(tx, orgId, item)
      if (before && before.verifiedAt !== null) return null
      await confirmDomain(tx, deps, orgId, item.domain)
      return {
        kind: before ? 'update' : 'create',
        subject: `domain ${item.domain}`,
        text: before ? 'verified no → yes' : '',
      }
    },
    remove: async (tx, item) => {
      const orgId = (await getOrg(tx, item.org))?.id ?? null
      const before = await findDomain(tx, orgId, item)
      if (!before) return null
      await removeDomain(tx, deps, orgId, before.id)
      return { kind: 'remove', subject: `domain ${item.domain}`, text: '' }
    },
    export: async (db) => {
      const domains = await listVerifiedDomains(db)
      const orgs = await listAccountRowsById(
        db,
        domains.flatMap(({ orgId }) => orgId ?? []),
      )
      const names = new Map(orgs.map(({ id, name }) => [id, name]))
      return domains.map((row) => ({ domain: row.domain, org: row.orgId === null ? undefined : names.get(row.orgId) }))
    },
  }
}
