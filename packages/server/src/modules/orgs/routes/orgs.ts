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
import { can } from '../authz/can.js'
import { demandConfirmed } from '../confirm-session.js'
import { avatarUrlOf } from '../account.js'
import { removeMembership, setDuties, setMembership } from '../change-membership.js'
import { createOrg as makeOrg } from '../create-account.js'
import { addGroupMembers, getGroup } from '../orgs/resource-groups.js'
import { type AccountRow, findAccountRowById, updateAccount } from '../queries/accounts.js'
import { findRole } from '../queries/memberships.js'
import { differingFacts, recordAccount } from '../record-change.js'
import { type RemovalGuard, removeAccount } from '../remove-account.js'
import { scopeAllows } from '../token-scope.js'
import { demandOrg, getManagedOrg, getShown, type RouteDeps } from './route-deps.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'

/** Organisations and their members. */
export function bindOrgs(http: Http, deps: RouteDeps & { readonly removalGuards: readonly RemovalGuard[] }): void {
  bindMembers(http, deps)
  const stoa = http.scope('stoa')
  const show = async (id: string) => {
    const row = await findAccountRowById(deps.db, id)
    if (!row) throw refuse('AccountNotFound')
    return showOrg(row)
  }

  stoa.bind(createOrg, async ({ actor, body }) => {
    if (!scopeAllows(actor.auth, 'org.write', { type: 'org', name: body.name })) throw refuse('InsufficientScope')
    const id = await deps.write((tx) => makeOrg(tx, deps, { ...body, adminId: actor.userId }))
    deps.authentication.cache.forgetUser(actor.userId)
    return show(id)
  })

  stoa.bind(updateOrg, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const patch = pickDefined(body)
    await deps.write(async (tx) => {
      await updateAccount(tx, org.id, patch, deps.clock.now())
      const { isSame, ...facts } = differingFacts(org, org, patch)
      if (!isSame) await recordAccount(tx, deps, org, { action: 'org.settings.update', ...facts })
    })
    return show(org.id)
  })

  stoa.bind(getOrg, async ({ actor, params }) => {
    const org = await getShown(deps, params.name, 'org')
    demandOrg(actor, 'org.settings.read', org)
    return showOrg(org)
  })

  stoa.bind(deleteOrg, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await demandConfirmed(deps, actor)
    await deps.write((tx) => removeAccount(tx, deps, org))
    deps.authentication.cache.forgetAll()
  })
}

function bindMembers(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(addMember, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, body.user, 'user')
    await deps.write(async (tx) => {
      if ((await findRole(tx, orgId, user.id)) !== null) throw refuse('Conflict', `${user.name} is a member already.`)
      await setMembership(tx, deps, { orgId, userId: user.id, role: body.role })
    })
    deps.authentication.cache.forgetUser(user.id)
    return { user: user.name, role: body.role }
  })

  http.scope('hub').bind(setMemberRole, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, params.user, 'user')
    await deps.write(async (tx) => {
      if ((await findRole(tx, orgId, user.id)) === null) throw notMember(user)
      await setMembership(tx, deps, { orgId, userId: user.id, role: body.role })
      for (const { id, role } of body.resourceGroups ?? []) {
        await addGroupMembers(tx, deps, await getGroup(tx, orgId, id), [{ user: user.name, role }], actor.userId)
      }
    })
    deps.authentication.cache.forgetUser(user.id)
    return { user: user.name, role: body.role }
  })

  stoa.bind(setMemberDuties, async ({ actor, params, body }) => {
    const { id: orgId } = await getManagedOrg(deps, actor, params.name)
    const user = await getShown(deps, params.user, 'user')
    const duties = [...new Set(body.duties)]
    await deps.write((tx) => setDuties(tx, deps, { orgId, user, duties }))
    deps.authentication.cache.forgetUser(user.id)
    return { user: user.name, duties }
  })

  stoa.bind(removeMember, async ({ actor, params }) => {
    const user = await getShown(deps, params.user, 'user')
    const isLeaving = user.id === actor.userId && maySelfLeave(actor, params.name)
    const org = isLeaving ? await getShown(deps, params.name, 'org') : await getManagedOrg(deps, actor, params.name)
    const before = await deps.write((tx) => removeMembership(tx, deps, { orgId: org.id, userId: user.id, isLeaving }))
    if (before === null) throw notMember(user)
    deps.authentication.cache.forgetUser(user.id)
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
