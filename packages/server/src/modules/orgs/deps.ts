import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { ListGroupResources } from './resource-groups.js'

/** What is handed to this module: the kit and accounts. */
export interface OrgsKit extends Kit {
  readonly accounts: Accounts
}

/** What its parts share. */
export interface OrgsDeps extends OrgsKit {
  readonly listGroupResources: ListGroupResources
}
