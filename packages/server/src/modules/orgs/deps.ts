import type { ResourceGroupView } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'

/** One repository or bucket in a group, as the module that owns it tells. */
export type GroupResource = ResourceGroupView['resources'][number]

/** What is in these groups, by group; told by the module of repositories. */
export type ListGroupResources = (db: Db | Tx, groupIds: readonly string[]) => Promise<Map<string, GroupResource[]>>

/** What is handed to this module: the kit and accounts. */
export interface OrgsKit extends Kit {
  readonly accounts: Accounts
}

/** What its parts share. */
export interface OrgsDeps extends OrgsKit {
  readonly listGroupResources: ListGroupResources
}
