import { avatarUrlOf, isPro } from './account.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, listAccountRowsById } from './queries/accounts.js'
import { listMemberships } from './list-memberships.js'
import { countMembers } from './queries/memberships.js'
import type { RepoCounts } from './repo-counts.js'

/** Public facts of a user (hub-api 2.35). */
export async function showUserOverview(deps: AccountsDeps, user: AccountRow, counts: RepoCounts) {
  const memberships = await listMemberships(deps.db, deps, user.id)
  const orgs = await listAccountRowsById(
    deps.db,
    memberships.map((membership) => membership.accountId),
  )
  return {
    _id: user.id,
    user: user.name,
    fullname: user.fullname,
    avatarUrl: avatarUrlOf(user),
    type: 'user' as const,
    isPro: isPro(user.plan),
    isVerified: user.verifiedAt !== null,
    ...(user.details ? { details: user.details } : {}),
    createdAt: user.createdAt.toISOString(),
    ...counts,
    numDiscussions: 0,
    numPapers: 0,
    numUpvotes: 0,
    numLikes: 0,
    numFollowers: 0,
    numFollowing: 0,
    orgs: orgs.map((org) => ({ id: org.id, name: org.name, fullname: org.fullname, avatarUrl: avatarUrlOf(org) })),
  }
}

/** Public facts of an organisation (hub-api 2.42). */
export async function showOrgOverview(deps: AccountsDeps, org: AccountRow, counts: RepoCounts) {
  return {
    _id: org.id,
    name: org.name,
    fullname: org.fullname,
    avatarUrl: avatarUrlOf(org),
    type: 'org' as const,
    ...(org.details ? { details: org.details } : {}),
    ...(isPro(org.plan) ? { plan: org.plan } : {}),
    isVerified: org.verifiedAt !== null,
    ...counts,
    numUsers: await countMembers(deps.db, org.id),
    numFollowers: 0,
    numPapers: 0,
  }
}
