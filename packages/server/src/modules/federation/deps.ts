import type { GuardedFetch } from '../../kit/http/guarded-fetch.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { Orgs } from '../orgs/index.js'
import type { OidcProviders } from './sso/oidc/provider.js'
import type { SamlProviders } from './sso/saml/provider.js'
import type { TxtLookup } from './sso/txt-lookup.js'

/** What this module uses of the kit and of the modules before it. */
export interface FederationDeps extends Kit {
  readonly accounts: Accounts
  readonly orgs: Orgs
}

/** What sign-on needs besides. */
export interface SsoDeps extends FederationDeps {
  readonly oidc: OidcProviders
  readonly saml: SamlProviders
  readonly guardedFetch: GuardedFetch
  /** Null while the operator lets nobody be asked. */
  readonly lookupTxt: TxtLookup | null
}
