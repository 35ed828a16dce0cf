import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { type AccountRow, can, demandOrg, findAccountRow, getManagedOrg, getShown } from '../../accounts/index.js'
import type { OrgsDeps } from '../deps.js'
import {
  addGroupMembers,
  changeGroup,
  createGroup,
  getGroup,
  removeGroup,
  removeGroupMember,
  setAutoJoin,
  showGroups,
} from '../resource-groups.js'
import { type GroupRow, listGroups } from '../queries/resource-groups.js'

/** Resource groups of organisations (hub-api 2.50). */
export function bindResourceGroups(http: Http, deps: OrgsDeps): void {
  bindReading(http, deps)
  bindGroupMembers(http, deps)
  const hub = http.scope('hub')
  const change = changer(deps)

  hub.bind(contracts.createResourceGroup, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const id = await deps.write((tx) => createGroup(tx, deps, org, { ...body, byId: actor.userId }))
    deps.accounts.forgetAll()
    return showOne(deps, org.id, id)
  })
  hub.bind(contracts.updateResourceGroup, ({ actor, params, body }) =>
    change(actor, params, (tx, group) => changeGroup(tx, deps, group, body)),
  )
  hub.bind(contracts.setResourceGroupSettings, ({ actor, params, body }) =>
    change(actor, params, (tx, group) => setAutoJoin(tx, deps, group, body.autoJoin)),
  )
  hub.bind(contracts.deleteResourceGroup, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await deps.write(async (tx) => removeGroup(tx, deps, await getGroup(tx, org.id, params.groupId)))
    deps.accounts.forgetAll()
  })
}

/** Admins see every group, members those they are in; others are told nothing. */
function bindReading(http: Http, deps: OrgsDeps): void {
  const hub = http.scope('hub')
  hub.bind(contracts.listResourceGroups, async ({ actor, params }) => {
    const org = await getShown(deps, params.name, 'org')
    return showGroups(deps, await listSeen(deps, actor, org))
  })
  hub.bind(contracts.getResourceGroup, async ({ actor, params }) => {
    const org = await getShown(deps, params.name, 'org')
    const group = (await listSeen(deps, actor, org)).find((one) => one.id === params.groupId)
    const [view] = group ? await showGroups(deps, [group]) : []
    if (!view) throw refuse('GroupNotFound')
    return view
  })
}

async function listSeen(deps: OrgsDeps, actor: UserActor, org: AccountRow): Promise<GroupRow[]> {
  demandOrg(actor, 'org.read', org)
  const groups = await listGroups(deps.db, org.id)
  if (can(actor, 'org.settings.read', { id: org.id, type: 'org', name: org.name }).allow) return groups
  const joined = actor.memberships.find(({ accountId }) => accountId === org.id)?.groups ?? []
  return groups.filter((group) => joined.some(({ groupId }) => groupId === group.id))
}

function bindGroupMembers(http: Http, deps: OrgsDeps): void {
  const hub = http.scope('hub')
  const change = changer(deps)
  hub.bind(contracts.addGroupMembers, ({ actor, params, body }) =>
    change(actor, params, (tx, group) => addGroupMembers(tx, deps, group, body.users, actor.userId)),
  )
  hub.bind(contracts.setGroupMemberRole, ({ actor, params, body }) =>
    change(actor, params, (tx, group) =>
      addGroupMembers(tx, deps, group, [{ user: params.user, role: body.role }], actor.userId),
    ),
  )
  hub.bind(contracts.removeGroupMember, async ({ actor, params }) => {
    await change(actor, params, async (tx, group) => {
      const user = await findAccountRow(tx, params.user)
      if (!user) throw refuse('AccountNotFound')
      await removeGroupMember(tx, deps, group, user)
    })
  })
}

/** A change of one group by an admin of the organisation; who is in it is known anew at once. */
function changer(deps: OrgsDeps) {
  return async (
    actor: UserActor,
    params: { readonly name: string; readonly groupId: string },
    work: (tx: Tx, group: GroupRow) => Promise<unknown>,
  ) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await deps.write(async (tx) => work(tx, await getGroup(tx, org.id, params.groupId)))
    deps.accounts.forgetAll()
    return showOne(deps, org.id, params.groupId)
  }
}

async function showOne(deps: OrgsDeps, orgId: string, groupId: string) {
  const [view] = await showGroups(deps, [await getGroup(deps.db, orgId, groupId)])
  return view as contracts.ResourceGroupView
}
