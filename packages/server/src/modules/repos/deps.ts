import type { Actor } from '../../kit/http/actor.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { Commerce } from '../commerce/index.js'
import type { Orgs } from '../orgs/index.js'
import type { GitStore } from '../git/index.js'
import type { Gatekeeper } from './gatekeeper.js'
import type { PullRequests } from './pull-requests.js'
import type { Quotas } from './quotas/quotas.js'

/** What repositories use of accounts. */
export type RepoAccounts = Pick<
  Accounts,
  'findAccount' | 'getAccount' | 'guardRemoval' | 'isLenient' | 'provideRepoCounts' | 'recall'
>

/** What repositories use of organisations. */
export type RepoOrgs = Pick<
  Orgs,
  'findResourceGroup' | 'findResourceGroupByName' | 'previewMember' | 'provideGroupResources'
>

/** What repositories use of commerce. */
export type RepoCommerce = Pick<Commerce, 'hasLiveOffer'>

/** The account a repository belongs to. */
export interface NamespaceAccount {
  readonly id: string
  readonly type: 'user' | 'org'
  readonly name: string
  readonly defaultPrivate: boolean
}

export type Store = GitStore<Db, Tx>

/** What every operation of this module is given. */
export interface RepoDeps extends Kit {
  readonly accounts: RepoAccounts
  readonly orgs: RepoOrgs
  readonly commerce: RepoCommerce
  readonly quotas: Quotas
  readonly pulls: PullRequests
  readonly gates: Gatekeeper
  readonly store: Store
}

export type SignedIn = Extract<Actor, { kind: 'user' }>
