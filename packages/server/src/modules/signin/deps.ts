import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'

/** What this module uses of the kit and of accounts. */
export interface SigninDeps extends Kit {
  readonly accounts: Accounts
}
