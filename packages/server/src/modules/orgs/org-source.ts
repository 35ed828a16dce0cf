import type { OrgSource } from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'
import { deleteGroupMembershipsIn, deleteGroupsOf, listJoinedGroups } from './queries/resource-groups.js'
import { deleteDecisionsIn, deleteDecisionsOn, listPolicies } from './queries/token-policies.js'
import { listServices, removeService } from './service-accounts.js'

/** What accounts ask of organisations when they load an actor, and when somebody or something leaves. */
export function createOrgSource(deps: OrgsDeps): OrgSource {
  return {
    listJoinedGroups,
    listPolicies,
    forgetToken: deleteDecisionsOn,
    forgetMember: async (tx, orgId, userId) => {
      await deleteGroupMembershipsIn(tx, orgId, userId)
      await deleteDecisionsIn(tx, orgId, userId)
    },
    removeAccount: async (tx, accountId) => {
      for (const service of await listServices(tx, accountId)) await removeService(tx, deps, accountId, service)
      await deleteGroupsOf(tx, accountId)
    },
  }
}
