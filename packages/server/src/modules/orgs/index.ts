import type { Db, Tx } from '../../kit/db/database.js'
import type { Role } from '../../kit/http/actor.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { ListGroupResources, OrgsDeps, OrgsKit } from './deps.js'
import { createJoining } from './joining.js'
import { createOrgsNoun } from './manifest/orgs-noun.js'
import { createResourceGroupsNoun } from './manifest/resource-groups-noun.js'
import { createServiceAccountsNoun } from './manifest/service-accounts-noun.js'
import { createOrgSource } from './org-source.js'
import { type MemberPreview, previewMember } from './preview-member.js'
import { findGroup, findGroupByName, type GroupRow, listGroups } from './queries/resource-groups.js'
import { deleteApprovalsOf } from './queries/token-policies.js'
import { bindMemberList } from './routes/list-members.js'
import { bindOrgs } from './routes/orgs.js'
import { bindResourceGroups } from './routes/resource-groups.js'
import { bindServiceAccounts } from './routes/service-accounts.js'
import { bindTokenPolicies } from './routes/token-policy.js'

export type { GroupResource, ListGroupResources } from './deps.js'

/** Organisations: their settings and members, groups of their resources, machines, and what they ask of credentials. */
export function createOrgs(kit: OrgsKit) {
  let listGroupResources: ListGroupResources = async () => new Map()
  const deps: OrgsDeps = { ...kit, listGroupResources: (db, ids) => listGroupResources(db, ids) }
  kit.accounts.provideOrgSource(createOrgSource(deps))
  const nouns = [createOrgsNoun(deps), createResourceGroupsNoun(deps), createServiceAccountsNoun(deps)] as const

  return {
    nouns: nouns as readonly ManifestNoun[],
    ...createJoining(deps),
    /** What somebody would see and do in an organisation with another role; null for nobody. */
    previewMember: (
      db: Db,
      org: { readonly id: string; readonly name: string },
      userName: string,
      role: Role,
    ): Promise<MemberPreview | null> => previewMember(db, deps, org, { userName, role }),
    /** What somebody let an app do became more: whoever had approved it has to look again. */
    forgetApprovals: (tx: Tx, approvalId: string): Promise<void> => deleteApprovalsOf(tx, approvalId),
    /** Lets the module of repositories tell what is in a resource group. */
    provideGroupResources: (list: ListGroupResources): void => {
      listGroupResources = list
    },
    /** Resource groups of an organisation, by name. */
    listResourceGroups: (db: Db, orgId: string): Promise<GroupRow[]> => listGroups(db, orgId),
    /** What is in these resource groups, by group. */
    listGroupResources: (db: Db, groupIds: readonly string[]) => listGroupResources(db, groupIds),
    /** The resource group of an organisation; null when it has none of this id. */
    findResourceGroup: (db: Db | Tx, orgId: string, groupId: string): Promise<GroupRow | null> =>
      findGroup(db, orgId, groupId),
    /** The same by name. */
    findResourceGroupByName: (db: Db | Tx, orgId: string, name: string): Promise<GroupRow | null> =>
      findGroupByName(db, orgId, name),
    routes: (http: Http): void => {
      bindOrgs(http, deps)
      bindMemberList(http, deps)
      bindResourceGroups(http, deps)
      bindServiceAccounts(http, deps)
      bindTokenPolicies(http, deps)
    },
  }
}

export type Orgs = ReturnType<typeof createOrgs>
