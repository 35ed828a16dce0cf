import type { Membership } from '../../kit/http/actor.js'
import type { Db, Tx } from '../../kit/db/database.js'

/** Something that shows who is asking, by its id: a session, an access token, or what a person let an app do. */
export interface SignOnCredential {
  readonly kind: 'session' | 'token' | 'grant'
  readonly id: string
}

export interface SignOnClaim {
  readonly userId: string
  readonly credential: SignOnCredential
  readonly memberships: readonly Pick<Membership, 'accountId' | 'role'>[]
}

/** What the module of single sign-on adds: which organisations ask for a sign-on that a credential does not come from. */
export interface SignOns {
  /** Organisations among these that show a person nothing private through this credential. */
  listUnmet(db: Db, claim: SignOnClaim): Promise<ReadonlySet<string>>
  /** A session was opened; `factors` say how. */
  noteSession(
    tx: Tx,
    session: { readonly id: string; readonly userId: string; readonly factors: readonly string[] },
  ): Promise<void>
  /** A session made an access token, or let an app in: what it may reach is what the session may. */
  noteMade(tx: Tx, made: SignOnCredential, by: { readonly userId: string; readonly sessionId: string }): Promise<void>
}

/** Until a module provides them. */
export const NO_SIGN_ONS: SignOns = {
  listUnmet: async () => new Set(),
  noteSession: async () => {},
  noteMade: async () => {},
}
