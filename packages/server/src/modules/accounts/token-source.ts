import type { Db, Tx } from '../../kit/db/database.js'
import type { ActorAuth, Membership } from '../../kit/http/actor.js'

/** A token that holds: whose it is, and how they act through it. */
export interface HeldToken {
  readonly userId: string
  readonly endsMs: number
  /** What a person let an app do; null for a build job, whose organisation let it in itself. */
  readonly grantId: string | null
  toAuth(user: { readonly name: string }, memberships: readonly Membership[]): ActorAuth
}

/** Access tokens that a later module gives out and keeps, and that are believed at every door like those of this one. */
export interface TokenSource {
  /** By the SHA-256 of its secret, hex; null when it is none, or has ended. */
  find(db: Db, secretHash: string): Promise<HeldToken | null>
  findById(db: Db, tokenId: string): Promise<HeldToken | null>
  /** What `whoami` says of one. */
  describe(db: Db, tokenId: string): Promise<{ readonly expiresAt: Date; readonly resource: string | null } | null>
  /** Writes last uses; ids that are not its own are passed over. */
  touch(tx: Tx, tokenIds: readonly string[], now: Date): Promise<void>
  /** Ends tokens whose secrets were found in the open, and records it; the users they belonged to. */
  revokeLeaked(tx: Tx, secretHashes: readonly string[]): Promise<string[]>
  /** Ends every token of a person. */
  endTokensOf(tx: Tx, userId: string): Promise<void>
  /** Ends all that a removed person has there, and records it. */
  removeUser(tx: Tx, userId: string): Promise<void>
}

/** Until a module provides one. */
export const NO_TOKENS: TokenSource = {
  find: async () => null,
  findById: async () => null,
  describe: async () => null,
  touch: async () => {},
  revokeLeaked: async () => [],
  endTokensOf: async () => {},
  removeUser: async () => {},
}
