import type { Actor } from '../../kit/http/actor.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import type { GitStore } from './git/store.js'

/** What repositories need of accounts. */
export interface RepoAccounts {
  findAccount(db: Db, name: string): Promise<NamespaceAccount | null>
}

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
  readonly store: Store
}

export type SignedIn = Extract<Actor, { kind: 'user' }>
