import { type InvitationPreview, refuse } from '@stoa/contracts'
import type { GroupMembership, Role, UserActor } from '../../../kit/http/actor.js'
import { can, type RepoResource } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'
import type { Place } from './place.js'

const NOTHING: InvitationPreview['may'] = {
  createRepos: false,
  writeAllRepos: false,
  callModels: false,
  seeMoney: false,
  manageMoney: false,
  readAudit: false,
  manageOrg: false,
}

/**
 * What somebody with this role and these groups will see and may do: the decision that judges everybody is asked about a
 * person who does not exist yet. Throws `GroupNotFound`.
 */
export async function previewInvitation(
  deps: SigninKit,
  place: Place,
  role: Role | null,
  groups: readonly GroupMembership[],
): Promise<InvitationPreview> {
  const { orgId, name } = place
  if (orgId === null || name === null || role === null) return { role: null, sees: 'public', may: NOTHING, groups: [] }
  const ana = newcomer({ orgId, name }, role, groups)
  const org = { id: orgId, type: 'org', name } as const
  const repo = somebodysRepo(orgId, name)
  const held = await deps.orgs.listGroupResources(
    deps.db,
    groups.map(({ groupId }) => groupId),
  )
  const shown: InvitationPreview['groups'] = []
  for (const { groupId, role: groupRole } of groups) {
    const group = await deps.orgs.findResourceGroup(deps.db, orgId, groupId)
    if (!group) throw refuse('GroupNotFound')
    shown.push({ name: group.name, role: groupRole, resources: held.get(groupId)?.length ?? 0 })
  }
  const seesAll = can(ana, 'repo.see', repo).allow
  return {
    role,
    sees: seesAll ? 'all' : groups.length > 0 ? 'groups' : 'public',
    may: {
      createRepos: can(ana, 'repo.create', org).allow,
      writeAllRepos: can(ana, 'repo.write', repo).allow,
      callModels: can(ana, 'inference.call', org).allow,
      seeMoney: can(ana, 'money.see', org).allow,
      manageMoney: can(ana, 'money.manage', org).allow,
      readAudit: can(ana, 'org.audit.read', org).allow,
      manageOrg: can(ana, 'org.manage', org).allow,
    },
    groups: shown,
  }
}

function newcomer(org: { orgId: string; name: string }, role: Role, groups: readonly GroupMembership[]): UserActor {
  return {
    kind: 'user',
    userId: 'ana',
    name: 'ana',
    isAdmin: false,
    memberships: [{ accountId: org.orgId, name: org.name, role, groups }],
    auth: { type: 'session', sessionId: 'ana' },
  }
}

/** A private repository of the organisation, in no group and made by somebody else. */
function somebodysRepo(accountId: string, namespace: string): RepoResource {
  const facts = { visibility: 'private', gated: 'false', createdBy: null, resourceGroupId: null } as const
  return { type: 'model', accountId, namespace, name: 'any', ...facts }
}
