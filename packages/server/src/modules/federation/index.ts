import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { FederationDeps } from './deps.js'
import { bindProvisioning } from './routes/provisioning.js'
import { bindScim } from './routes/scim.js'
import { scheduleScimJobs } from './scim/jobs.js'

/** Identities that live elsewhere: single sign-on by OpenID Connect and SAML, people and groups by SCIM and LDAP. */
export function createFederation(deps: FederationDeps) {
  const nouns: ManifestNoun[] = []
  return {
    nouns: nouns as readonly ManifestNoun[],
    routes: (http: Http): void => {
      bindScim(http, deps)
      bindProvisioning(http, deps)
    },
    start: async (): Promise<void> => {
      scheduleScimJobs(deps)
    },
  }
}

export type Federation = ReturnType<typeof createFederation>
