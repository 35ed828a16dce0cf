import type { Kit } from '../../kit/kit.js'
import type { Accounts, SignInThrottle } from '../accounts/index.js'
import type { Orgs } from '../orgs/index.js'

/** What is handed to this module: the kit, accounts and organisations. */
export interface SigninKit extends Kit {
  readonly accounts: Accounts
  readonly orgs: Orgs
}

/** What its parts share. */
export interface SigninDeps extends SigninKit {
  /** Wrong second factors: only who knows the password can give one, so it may be strict. */
  readonly factorThrottle: SignInThrottle
}
