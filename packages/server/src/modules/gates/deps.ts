import type { Actor } from '../../kit/http/actor.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { Repos } from '../repos/index.js'

/** What the operations of this module are given. */
export interface GateDeps extends Kit {
  readonly accounts: Pick<Accounts, 'findAccount' | 'listContacts'>
  readonly repos: Pick<
    Repos,
    'findHead' | 'listVisible' | 'loadRight' | 'openFile' | 'openNamed' | 'openRepo' | 'provideGates'
  >
}

export type SignedIn = Extract<Actor, { kind: 'user' }>
