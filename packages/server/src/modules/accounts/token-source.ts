import type { Db, Tx } from '../../kit/db/database.js'
import type { ActorAuth, Membership } from '../../kit/http/actor.js'

/** A token that holds: whose it is, and how they act through it. */
export interface HeldToken {
  readonly userId: string
  readonly endsMs: number
  /** What a person let an app do, which organisations approve; null for a build job, whose organisation let it in itself. */
  readonly grantId: string | null
  /** When its person had signed in. */
  readonly bornAt: Date
  toAuth(user: { readonly name: string }, memberships: readonly Membership[]): ActorAuth
}

/** That a token was used, and from which network. */
export interface TokenUse {
  readonly id: string
  readonly prefix: string
}

export interface ReachQuery {
  readonly userIds: readonly string[]
  /** Only ids after this one. */
  readonly after?: string
  readonly limit: number
  /** Only this one. */
  readonly id?: string
}

/** What a person let an app do in an organisation, under the id that the organisation approves. */
export interface ReachingGrant {
  readonly id: string
  readonly userId: string
  readonly appName: string
  readonly permissions: readonly string[]
  readonly createdAt: Date
  /** When the person last signed in with it. */
  readonly bornAt: Date
  readonly lastUsedAt: Date | null
  readonly lastUsedPrefix: string | null
}

/** Access tokens that a later module gives out and keeps, and that are believed at every door like those of this one. */
export interface TokenSource {
  /** By the SHA-256 of its secret, hex; null when it is none, or has ended. */
  find(db: Db, secretHash: string): Promise<HeldToken | null>
  findById(db: Db, tokenId: string): Promise<HeldToken | null>
  /** What `whoami` says of one. */
  describe(db: Db, tokenId: string): Promise<{ readonly expiresAt: Date; readonly resource: string | null } | null>
  /** Writes last uses; ids that are not its own are passed over. */
  touch(tx: Tx, uses: readonly TokenUse[], now: Date): Promise<void>
  /** What these people let apps do in an organisation, by id. */
  listReaching(db: Db | Tx, orgId: string, asked: ReachQuery): Promise<ReachingGrant[]>
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
  listReaching: async () => [],
  revokeLeaked: async () => [],
  endTokensOf: async () => {},
  removeUser: async () => {},
}
