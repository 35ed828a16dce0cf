import { createGuardedFetch } from '../../kit/http/guarded-fetch.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { FederationDeps, SsoDeps } from './deps.js'
import { removePassed } from './queries/sign-ons.js'
import { bindConnections } from './routes/connections.js'
import { bindProvisioning } from './routes/provisioning.js'
import { bindScim } from './routes/scim.js'
import { bindSaml } from './routes/saml.js'
import { bindSignOn } from './routes/sign-on.js'
import { scheduleScimJobs } from './scim/jobs.js'
import { createOidcProviders } from './sso/oidc/provider.js'
import { createSamlProviders } from './sso/saml/provider.js'
import { openClientSecret } from './sso/secrets.js'
import { createSignOns } from './sso/sign-on-guard.js'
import { createTxtLookup } from './sso/txt-lookup.js'

const CLEAN_UP_MS = 3_600_000

/** Identities that live elsewhere: single sign-on by OpenID Connect and SAML, people and groups by SCIM and LDAP. */
export function createFederation(deps: FederationDeps) {
  const sso = openSso(deps)
  const nouns: ManifestNoun[] = []
  deps.accounts.provideSignOns(createSignOns(deps))
  return {
    nouns: nouns as readonly ManifestNoun[],
    routes: (http: Http): void => {
      bindScim(http, deps)
      bindProvisioning(http, deps)
      bindSignOn(http, sso)
      bindConnections(http, sso)
      bindSaml(http, sso)
    },
    start: async (): Promise<void> => {
      scheduleScimJobs(deps)
      deps.jobs.repeat('federation.removePassed', CLEAN_UP_MS, () =>
        deps.write((tx) => removePassed(tx, deps.clock.now())),
      )
    },
  }
}

function openSso(deps: FederationDeps): SsoDeps {
  const guardedFetch = createGuardedFetch(deps.config.innerHosts)
  const { clock, publicUrl } = deps
  return {
    ...deps,
    guardedFetch,
    lookupTxt: createTxtLookup(deps.config.dnsServers),
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
