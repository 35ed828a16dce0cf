import type { SessionView } from '@stoa/contracts'
import type { UserActor } from '../../kit/http/actor.js'
import { avatarUrlOf } from './account.js'
import type { AccountsDeps } from './deps.js'
import { demandOn, isSecured } from './mfa-demand.js'
import type { PlatformSettings } from './platform-settings.js'
import { findAccountRowById, listAccountRowsById } from './queries/accounts.js'
import { findStanding } from './queries/standing.js'
import { listMemberships } from './list-memberships.js'

/** Whose view it is. */
export type Viewer = Pick<UserActor, 'userId'> &
  Partial<Pick<UserActor, 'impersonator' | 'auth'>> & { readonly isStrong?: boolean }

/** What the web shell shows of a user (null: a visitor), read fresh so that a change shows at once. */
export async function buildSessionView(
  deps: AccountsDeps & { readonly settings: PlatformSettings },
  viewer: Viewer | null,
): Promise<SessionView> {
  const { settings } = deps
  const flags = {
    lenient: settings.isLenient(),
    signUp: await settings.signUp(),
    needsAdmin: await settings.needsAdmin(),
  }
  const user = viewer === null ? null : await findAccountRowById(deps.db, viewer.userId)
  if (!viewer || !user) return { user: null, orgs: [], flags }
  const memberships = await listMemberships(deps.db, deps, user.id)
  const rows = await listAccountRowsById(
    deps.db,
    memberships.map((membership) => membership.accountId),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const platformDuties = [...(await findStanding(deps.db, user.id, deps.clock.now())).duties]
  const demand = demandOn({ demanded: await settings.mfaRequired(), isSecured: isSecured(user, isStrong(viewer)) })
  const orgs = memberships.flatMap(({ accountId, role, duties = [], requiresMfa = false }) => {
    const org = byId.get(accountId)
    if (!org) return []
    const { id, name, fullname } = org
    const needsSecondFactor = demand.holdsBack(requiresMfa)
    return [{ id, name, fullname, avatarUrl: avatarUrlOf(org), role, duties: [...duties], needsSecondFactor }]
  })
  const { id, name, fullname, email, isAdmin } = user
  const shown = {
    ...{ id, name, fullname, email, isAdmin, avatarUrl: avatarUrlOf(user), duties: platformDuties },
    hasSecondFactor: user.mfaSince !== null,
    needsSecondFactor: demand.needs(isAdmin || platformDuties.length > 0) !== null,
    impersonator: viewer.impersonator ? { name: viewer.impersonator.name } : null,
  }
  return { user: { ...shown, emailVerified: user.emailVerifiedAt !== null }, orgs, flags }
}

const isStrong = (viewer: Viewer): boolean =>
  viewer.isStrong === true || (viewer.auth?.type === 'session' && viewer.auth.isStrong === true)
