import type { SignInThrottle } from '../sign-in-throttle.js'
import type { AccountsDeps } from '../deps.js'
import type { IssuerKeys } from './issuer-keys.js'
import type { SigningKeys } from './signing-keys.js'

/** What signing in with this platform uses. */
export interface OauthDeps extends AccountsDeps {
  readonly keys: SigningKeys
  readonly issuerKeys: IssuerKeys
  readonly throttle: SignInThrottle
  /** Drops what this process remembers of a person's credentials. */
  forgetUser(userId: string): void
  forgetAll(): void
}
