import { type OauthScope, refuse, type UserinfoAnswer } from '@stoa/contracts'
import type { UserActor } from '../../kit/http/actor.js'
import { type AccountRow, avatarUrlOf, findAccountRowById, isPro, listAccountRowsById } from '../accounts/index.js'
import type { OauthKit } from './kit-deps.js'
import { findOauthTokenById } from './queries/tokens.js'
import { knownScopes } from './scopes.js'

/** Claims of a person that an identity token and userinfo share, by scope. */
export function describeUser(
  user: AccountRow,
  scopes: readonly OauthScope[],
  publicUrl: string,
): Pick<UserinfoAnswer, 'sub' | 'name' | 'email'> {
  const profile = {
    name: user.fullname,
    preferred_username: user.name,
    profile: `${publicUrl}/${user.name}`,
    picture: absolute(avatarUrlOf(user), publicUrl),
    ...(user.website ? { website: user.website } : {}),
  }
  const email = user.email === null ? {} : { email: user.email, email_verified: user.emailVerifiedAt !== null }
  return {
    sub: user.id,
    ...(scopes.includes('profile') ? profile : {}),
    ...(scopes.includes('email') ? email : {}),
  }
}

/** The answer of userinfo; only for tokens of apps, with `openid` (hub-api 2.96). */
export async function buildUserinfo(deps: OauthKit, actor: UserActor): Promise<UserinfoAnswer> {
  const token = actor.auth.type === 'token' ? await findOauthTokenById(deps.db, actor.auth.tokenId) : null
  if (!token?.grant) throw refuse('OauthInvalidToken', 'Only a token that an app was given tells who signed in.')
  const scopes = knownScopes(token.scopes)
  if (!scopes.includes('openid'))
    throw refuse('OauthInsufficientScope', 'This token was given without the scope openid.')
  const user = await findAccountRowById(deps.db, actor.userId)
  if (!user) throw refuse('OauthInvalidToken')
  const base = describeUser(user, scopes, deps.publicUrl())
  if (!scopes.includes('profile')) return base
  const { allOrgs, orgIds } = token.grant
  const isGranted = (id: string): boolean => allOrgs || orgIds.includes(id)
  return {
    ...base,
    isPro: isPro(user.plan),
    ...(scopes.includes('read-billing') ? { canPay: false } : {}),
    orgs: await describeOrgs(deps, actor, isGranted),
  }
}

async function describeOrgs(deps: OauthKit, actor: UserActor, isGranted: (orgId: string) => boolean) {
  const rows = await listAccountRowsById(
    deps.db,
    actor.memberships.map((membership) => membership.accountId),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return actor.memberships.flatMap(({ accountId, role }) => {
    const row = byId.get(accountId)
    if (!row) return []
    return [
      {
        sub: row.id,
        name: row.fullname,
        preferred_username: row.name,
        picture: absolute(avatarUrlOf(row), deps.publicUrl()),
        ...(isPro(row.plan) ? { plan: row.plan } : {}),
        ...(isGranted(row.id) ? { roleInOrg: role } : {}),
      },
    ]
  })
}

function absolute(address: string, publicUrl: string): string {
  return address.startsWith('/') ? `${publicUrl}${address}` : address
}
