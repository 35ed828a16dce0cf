import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { FederationDeps } from './deps.js'

/** Identities that live elsewhere: single sign-on by OpenID Connect and SAML, people and groups by SCIM and LDAP. */
export function createFederation(_deps: FederationDeps) {
  const nouns: ManifestNoun[] = []
  return {
    nouns: nouns as readonly ManifestNoun[],
    routes: (_http: Http): void => {},
    start: async (): Promise<void> => {},
  }
}

export type Federation = ReturnType<typeof createFederation>
