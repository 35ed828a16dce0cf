import type { SessionView } from '@stoa/contracts'
import { avatarUrlOf } from './account.js'
import type { AccountsDeps } from './deps.js'
import type { PlatformSettings } from './platform-settings.js'
import { findAccountRowById, listAccountRowsById } from './queries/accounts.js'
import { findStanding } from './queries/standing.js'
import { listMemberships } from './queries/memberships.js'

/** What the web shell shows of a user (null: a visitor), read fresh so that a change shows at once. */
export async function buildSessionView(
  deps: AccountsDeps & { readonly settings: PlatformSettings },
  userId: string | null,
  impersonator: string | null = null,
): Promise<SessionView> {
  const { settings } = deps
  const flags = {
    lenient: settings.isLenient(),
    signUp: await settings.signUp(),
    needsAdmin: await settings.needsAdmin(),
  }
  const user = userId === null ? null : await findAccountRowById(deps.db, userId)
  if (!user) return { user: null, orgs: [], flags }
  const memberships = await listMemberships(deps.db, user.id)
  const rows = await listAccountRowsById(
    deps.db,
    memberships.map((membership) => membership.accountId),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const orgs = memberships.flatMap(({ accountId, role, duties }) => {
    const org = byId.get(accountId)
    if (!org) return []
    return [
      {
        id: org.id,
        name: org.name,
        fullname: org.fullname,
        avatarUrl: avatarUrlOf(org),
        role,
        duties: [...(duties ?? [])],
      },
    ]
  })
  const { id, name, fullname, email, isAdmin } = user
  const shown = {
    ...{ id, name, fullname, email, isAdmin, avatarUrl: avatarUrlOf(user) },
    duties: [...(await findStanding(deps.db, user.id, deps.clock.now())).duties],
    impersonator: impersonator === null ? null : { name: impersonator },
  }
  return { user: { ...shown, emailVerified: user.emailVerifiedAt !== null }, orgs, flags }
}
