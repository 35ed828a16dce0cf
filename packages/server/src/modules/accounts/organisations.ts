import type { Db, Tx } from '../../kit/db/database.js'
import type { OrgDuty, Role } from '../../kit/http/actor.js'
import { removeMembership, setDuties, setMembership } from './change-membership.js'
import { createOrg, type NewOrg } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { listMemberships } from './list-memberships.js'
import { type AccountPatch, type AccountRow, updateAccount } from './queries/accounts.js'
import { differingFacts, recordAccount } from './record-change.js'
import { type RemovalGuard, removeAccount } from './remove-account.js'
import type { ReachQuery } from './token-source.js'

export interface Member {
  readonly orgId: string
  readonly userId: string
}

/** What the module of organisations may do with their accounts and members; each records what it does. */
export function createOrganisations(deps: AccountsDeps & { readonly removalGuards: readonly RemovalGuard[] }) {
  return {
    /** Makes an organisation; its id. Throws `NameInvalid`, `NameTaken`. */
    create: (tx: Tx, org: NewOrg): Promise<string> => createOrg(tx, deps, org),
    /** Changes what an organisation says of itself. */
    change: async (tx: Tx, org: AccountRow, patch: AccountPatch): Promise<void> => {
      await updateAccount(tx, org.id, patch, deps.clock.now())
      const { isSame, ...facts } = differingFacts(org, org, patch)
      if (!isSame) await recordAccount(tx, deps, org, { action: 'org.settings.update', ...facts })
    },
    /** Throws `Conflict` while it holds something. */
    remove: (tx: Tx, org: AccountRow): Promise<void> => removeAccount(tx, deps, org),
    /** Adds a member or changes a role; what the role was. Throws `LastAdmin`. */
    setMember: (tx: Tx, member: Member & { readonly role: Role }): Promise<Role | null> =>
      setMembership(tx, deps, member),
    /** Ends a membership with everything in it; what the role was, null when there was none. Throws `LastAdmin`. */
    removeMember: (tx: Tx, member: Member & { readonly isLeaving?: boolean }): Promise<Role | null> =>
      removeMembership(tx, deps, member),
    /** Makes these the duties of a member beside the role. Throws `AccountNotFound` for somebody outside. */
    setDuties: (
      tx: Tx,
      member: { readonly orgId: string; readonly user: AccountRow; readonly duties: readonly OrgDuty[] },
    ): Promise<void> => setDuties(tx, deps, member),
    /** Organisations of somebody, with duties and resource groups. */
    listMemberships: (db: Db | Tx, userId: string) => listMemberships(db, deps, userId),
    /** What these people let apps do in an organisation, by id. */
    listReachingApps: (db: Db | Tx, orgId: string, asked: ReachQuery) =>
      deps.tokenSource().listReaching(db, orgId, asked),
  }
}
