import type { Actor } from '../../kit/http/actor.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'
import type { Repos } from '../repos/index.js'
import type { GateNotices } from './keep-notices.js'

/** What the operations of this module are given. */
export interface GateDeps extends Kit {
  readonly gateNotices: GateNotices
  readonly accounts: Pick<Accounts, 'findAccount' | 'getAccount' | 'listContacts' | 'listVerifiedContacts'>
  readonly repos: Pick<
    Repos,
    'findHead' | 'getRepo' | 'listVisible' | 'loadRight' | 'openFile' | 'openNamed' | 'openRepo' | 'provideGates'
  >
}

export type SignedIn = Extract<Actor, { kind: 'user' }>
