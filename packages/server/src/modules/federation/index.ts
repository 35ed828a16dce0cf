import { createGuardedFetch } from '../../kit/http/guarded-fetch.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { type Switch, switchOfMany } from '../../kit/switches.js'
import type { FederationDeps, SsoDeps } from './deps.js'
import { listAllConnections, listConnections } from './queries/connections.js'
import { findDomainOwner, listDomains } from './queries/domains.js'
import { createConnectionsNoun } from './manifest/connections-noun.js'
import { createDomainsNoun } from './manifest/domains-noun.js'
import { removePassed } from './queries/sign-ons.js'
import { bindConnections } from './routes/connections.js'
import { bindSaml } from './routes/saml.js'
import { bindSignOn } from './routes/sign-on.js'
import { createOidcProviders } from './sso/oidc/provider.js'
import { createSamlProviders } from './sso/saml/provider.js'
import { openClientSecret } from './sso/secrets.js'
import { createSignOns } from './sso/sign-on-guard.js'
import { createTxtLookup } from './sso/txt-lookup.js'

export { applyGrants } from './mapping/apply-grants.js'
export { type Grant, grantsOf, strongest } from './mapping/grant.js'
export { replaceGrants } from './queries/group-grants.js'
export { findManagedAccount, insertManagedAccount, markManagedAccount } from './queries/managed-accounts.js'
export { getManagedOrg } from './routes/managed-org.js'

const CLEAN_UP_MS = 3_600_000

/** Identities that live elsewhere: single sign-on by OpenID Connect and SAML. */
export function createFederation(deps: FederationDeps) {
  const sso = openSso(deps)
  const nouns = [createConnectionsNoun(sso), createDomainsNoun(deps)] as const
  deps.accounts.provideSignOns(createSignOns(deps))
  deps.accounts.guardRemoval(async (tx, accountId) => {
    const held = (await listConnections(tx, accountId)).length + (await listDomains(tx, accountId)).length
    return held === 0 ? null : 'remove its sign-on connections and domains first'
  })
  return {
    /** Whether a domain of addresses was shown to be this organisation's. */
    isDomainOf: async (db: Db | Tx, orgId: string, domain: string): Promise<boolean> =>
      (await findDomainOwner(db, domain.toLowerCase()))?.orgId === orgId,
    nouns: nouns as readonly ManifestNoun[],
    switches: async (): Promise<Switch[]> => {
      const enabled = (await listAllConnections(deps.db)).filter(({ isEnabled }) => isEnabled)
      // Of SAML only the person's browser goes to the provider.
      const asked = enabled.map((one) => (one.protocol === 'oidc' ? one.settings.issuer : null))
      return [switchOfMany('signOn', asked, '/admin/sign-on')]
    },
    routes: (http: Http): void => {
      bindSignOn(http, sso)
      bindConnections(http, sso)
      bindSaml(http, sso)
    },
    start: async (): Promise<void> => {
      deps.jobs.repeat('federation.removePassed', CLEAN_UP_MS, () =>
        deps.write((tx) => removePassed(tx, deps.clock.now())),
      )
    },
  }
}

/** A question to a name server leaves the machine, so it needs the operator's word too. */
const mayAskNames = ({ dnsServers, openHosts }: FederationDeps['config']): boolean =>
  dnsServers.length > 0 || openHosts.length > 0

function openSso(deps: FederationDeps): SsoDeps {
  const guardedFetch = createGuardedFetch(deps.config)
  const { clock, publicUrl } = deps
  return {
    ...deps,
    guardedFetch,
    lookupTxt: mayAskNames(deps.config) ? createTxtLookup(deps.config.dnsServers) : null,
    saml: createSamlProviders({ clock, publicUrl }),
    oidc: createOidcProviders({
      guardedFetch,
      clock,
      publicUrl,
      openSecret: (connection) => openClientSecret(deps.instanceKey, connection),
    }),
  }
}

export type Federation = ReturnType<typeof createFederation>
