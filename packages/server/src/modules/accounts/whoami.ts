import { type ResponseOf, refuse, type whoami } from '@stoa/contracts'
import { mayLearnEmail, type UserActor } from '../../kit/http/actor.js'
import { avatarUrlOf, isPro } from './account.js'
import type { AccountsDeps } from './deps.js'
import { type AccountRow, findAccountRow, findAccountRowById, listAccountRowsById } from './queries/accounts.js'
import { findTokenById, type TokenRow } from './queries/credentials.js'

type Whoami = ResponseOf<typeof whoami>
type WhoamiOrg = Whoami['orgs'][number]

/** Plans the Hub's clients know by name; others are not sent. */
const CLIENT_PLANS = new Set(['team', 'enterprise', 'plus', 'academia'])

/** The answer of `whoami-v2`: exactly the Hub's keys. */
export async function buildWhoami(deps: AccountsDeps, actor: UserActor): Promise<Whoami> {
  const user = await findAccountRowById(deps.db, actor.userId)
  if (!user) throw refuse('InvalidCredentials')
  const rows = await listAccountRowsById(
    deps.db,
    actor.memberships.map((membership) => membership.accountId),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const orgs = actor.memberships.flatMap(({ accountId, role, heldBack }) => {
    const row = byId.get(accountId)
    return row ? [{ ...showOrg(row, role), ...(heldBack ? { securityRestrictions: [heldBack] } : {}) }] : []
  })
  const maySeeEmail = mayLearnEmail(actor.auth)
  return {
    type: 'user',
    id: user.id,
    name: user.name,
    fullname: user.fullname,
    email: maySeeEmail ? user.email : null,
    emailVerified: maySeeEmail && user.emailVerifiedAt !== null,
    canPay: false,
    billingMode: user.billingMode,
    periodEnd: null,
    isPro: isPro(user.plan),
    avatarUrl: avatarUrlOf(user),
    orgs,
    auth: await showAuth(deps, actor),
  }
}

function showOrg(row: AccountRow, roleInOrg: WhoamiOrg['roleInOrg']): WhoamiOrg {
  return {
    type: 'org',
    id: row.id,
    name: row.name,
    fullname: row.fullname,
    email: null,
    canPay: false,
    billingMode: row.billingMode,
    avatarUrl: avatarUrlOf(row),
    periodEnd: null,
    ...(CLIENT_PLANS.has(row.plan) ? { plan: row.plan } : {}),
    roleInOrg,
  }
}

async function showAuth(deps: AccountsDeps, actor: UserActor): Promise<Whoami['auth']> {
  if (actor.auth.type === 'session') return { type: 'session' }
  if (actor.auth.oauth) return showOauth(deps, actor.auth.tokenId)
  const token = await findTokenById(deps.db, actor.auth.tokenId)
  if (!token) throw refuse('InvalidCredentials')
  const fineGrained = token.role === 'fineGrained' ? { fineGrained: await showScopes(deps, token) } : {}
  return {
    type: 'access_token',
    accessToken: {
      displayName: token.name,
      role: token.role,
      createdAt: token.createdAt.toISOString(),
      ...fineGrained,
    },
    ...(token.expiresAt ? { expiresAt: token.expiresAt.toISOString() } : {}),
  }
}

/** Tokens of apps and build jobs have no name: the Python client then calls what it stores `oauth-<user>`. */
async function showOauth(deps: AccountsDeps, tokenId: string): Promise<Whoami['auth']> {
  const token = await deps.tokenSource().describe(deps.db, tokenId)
  if (!token) throw refuse('InvalidCredentials')
  const resource = token.resource === null ? {} : { resource: { sub: token.resource } }
  return { type: 'app_token_as_user', expiresAt: token.expiresAt.toISOString(), ...resource }
}

async function showScopes(deps: AccountsDeps, token: TokenRow) {
  const scoped = []
  for (const { entity, permissions } of token.scopes) {
    // Repositories belong to a later module; for them the name stands in for the id.
    const account = entity.name.includes('/') ? null : await findAccountRow(deps.db, entity.name)
    scoped.push({ entity: { _id: account?.id ?? entity.name, ...entity }, permissions: [...permissions] })
  }
  return { scoped }
}
