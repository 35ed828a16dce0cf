import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { Orgs } from '../orgs/index.js'
import type { Federation } from '../federation/index.js'

/** What this module uses of the kit and of the modules before it. */
export interface DirectoryDeps extends Kit {
  readonly accounts: Accounts
  readonly orgs: Orgs
  readonly federation: Federation
}
