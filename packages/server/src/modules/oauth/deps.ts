import type { Accounts } from '../accounts/index.js'
import type { Orgs } from '../orgs/index.js'
import type { IssuerKeys } from './issuer-keys.js'
import type { OauthKit } from './kit-deps.js'
import type { SigningKeys } from './signing-keys.js'

/** What signing in with this platform uses. */
export interface OauthDeps extends OauthKit {
  readonly accounts: Accounts
  readonly orgs: Orgs
  readonly keys: SigningKeys
  readonly issuerKeys: IssuerKeys
}
