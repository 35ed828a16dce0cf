import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'

/** What this module uses of the kit and of the modules before it. */
export interface FederationDeps extends Kit {
  readonly accounts: Accounts
}
