import {
  addMember,
  createOrg,
  deleteOrg,
  getOrg,
  type OrgView,
  refuse,
  removeMember,
  setMemberDuties,
  setMemberRole,
  updateOrg,
} from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import {
  type AccountRow,
  avatarUrlOf,
  can,
  demandOrg,
  findAccountRowById,
  findRole,
  getManagedOrg,
  getShown,
  scopeAllows,
} from '../../accounts/index.js'
import type { OrgsDeps } from '../deps.js'
import { addGroupMembers, getGroup } from '../resource-groups.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'

/** Organisations and their members. */
export function bindOrgs(http: Http, deps: OrgsDeps): void {
  bindMembers(http, deps)
  const stoa = http.scope('stoa')
  const show = async (id: string) => {
    const row = await findAccountRowById(deps.db, id)
    if (!row) throw refuse('AccountNotFound')
    return showOrg(row)
  }

  stoa.bind(createOrg, async ({ actor, body }) => {
    if (!scopeAllows(actor.auth, 'org.write', { type: 'org', name: body.name })) throw refuse('InsufficientScope')
    const id = await deps.write((tx) => deps.accounts.organisations.create(tx, { ...body, adminId: actor.userId }))
    deps.accounts.forgetUser(actor.userId)
    return show(id)
  })

  stoa.bind(updateOrg, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const patch = pickDefined(body)
    await deps.write((tx) => deps.accounts.organisations.change(tx, org, patch))
    return show(org.id)
  })

  stoa.bind(getOrg, async ({ actor, params }) => {
    const org = await getShown(deps, params.name, 'org')
    demandOrg(actor, 'org.settings.read', org)
    return showOrg(org)
  })

  stoa.bind(deleteOrg, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await deps.accounts.access.demandConfirmed(actor)
    await deps.write((tx) => deps.accounts.organisations.remove(tx, org))
    deps.accounts.forgetAll()
  })
}

function bindMembers(http: Http, deps: OrgsDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(addMember, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, body.user, 'user')
    await deps.write(async (tx) => {
      if ((await findRole(tx, orgId, user.id)) !== null) throw refuse('Conflict', `${user.name} is a member already.`)
      await deps.accounts.organisations.setMember(tx, { orgId, userId: user.id, role: body.role })
    })
    deps.accounts.forgetUser(user.id)
    return { user: user.name, role: body.role }
  })

  http.scope('hub').bind(setMemberRole, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, params.user, 'user')
    await deps.write(async (tx) => {
      if ((await findRole(tx, orgId, user.id)) === null) throw notMember(user)
      await deps.accounts.organisations.setMember(tx, { orgId, userId: user.id, role: body.role })
      for (const { id, role } of body.resourceGroups ?? []) {
        await addGroupMembers(tx, deps, await getGroup(tx, orgId, id), [{ user: user.name, role }], actor.userId)
      }
    })
    deps.accounts.forgetUser(user.id)
    return { user: user.name, role: body.role }
  })

  stoa.bind(setMemberDuties, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, params.user, 'user')
    const duties = [...new Set(body.duties)]
    await deps.write((tx) => deps.accounts.organisations.setDuties(tx, { orgId, user, duties }))
    deps.accounts.forgetUser(user.id)
    return { user: user.name, duties }
  })

  stoa.bind(removeMember, async ({ actor, params }) => {
    const user = await getShown(deps, params.user, 'user')
    const isLeaving = user.id === actor.userId && maySelfLeave(actor, params.name)
    const org = isLeaving ? await getShown(deps, params.name, 'org') : await getManagedOrg(deps, actor, params.name)
    const before = await deps.write((tx) =>
      deps.accounts.organisations.removeMember(tx, { orgId: org.id, userId: user.id, isLeaving }),
    )
    if (before === null) throw notMember(user)
    deps.accounts.forgetUser(user.id)
  })
}

/** Whoever belongs to it may leave; a credential without the scope is judged as everybody else's. */
function maySelfLeave(actor: UserActor, name: string): boolean {
  const membership = actor.memberships.find((one) => one.name.toLowerCase() === name.toLowerCase())
  return membership !== undefined && can(actor, 'org.leave', { id: membership.accountId, type: 'org', name }).allow
}

function notMember(user: AccountRow): Error {
  return refuse('AccountNotFound', `${user.name} is not a member.`)
}

function showOrg(row: AccountRow): OrgView {
  const { id, name, fullname, website, details, plan, defaultPrivate } = row
  return { id, name, fullname, website, details, plan, defaultPrivate, avatarUrl: avatarUrlOf(row) }
}
