import type { GroupMembership, Role } from '../../kit/http/actor.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { DecisionState, TokenPolicy } from './authz/token-policy.js'

/** Somebody's place in an organisation, as groups ask for it. */
export interface HeldRole {
  readonly orgId: string
  readonly role: Role
}

/** What an organisation asks of a credential, and decided about it. */
export interface HeldPolicy {
  readonly orgId: string
  readonly policy: TokenPolicy
  readonly decided: DecisionState | null
  /** Networks it is reached from; null for all. */
  readonly ipRanges: readonly string[] | null
}

/** What the module of organisations knows that decides what people see and reach. */
export interface OrgSource {
  /** Resource groups a member of these organisations is in: by name, or because members join by themselves. */
  listJoinedGroups(
    db: Db | Tx,
    userId: string,
    roles: readonly HeldRole[],
  ): Promise<readonly (GroupMembership & { readonly orgId: string })[]>
  /** Policies of these organisations (null: of all) and what they decided on a token; none for whoever has neither. */
  listPolicies(db: Db | Tx, orgIds: readonly string[] | null, approvalId: string): Promise<readonly HeldPolicy[]>
  /** Forgets what was decided about a token that is no more. */
  forgetToken(tx: Tx, tokenId: string): Promise<void>
  /** Takes somebody who leaves an organisation out of its groups, and forgets what it decided about their tokens. */
  forgetMember(tx: Tx, orgId: string, userId: string): Promise<void>
  /** Ends what an account that is removed has there: its groups; service accounts of an organisation. */
  removeAccount(tx: Tx, accountId: string): Promise<void>
}

/** Until a module provides one. */
export const NO_ORGS: OrgSource = {
  listJoinedGroups: async () => [],
  listPolicies: async () => [],
  forgetToken: async () => {},
  forgetMember: async () => {},
  removeAccount: async () => {},
}
