import { OAUTH_SCOPES, type OauthScope, refuse } from '@stoa/contracts'
import type { Membership, TokenScope } from '../../kit/http/actor.js'

const KNOWN = new Set<string>(OAUTH_SCOPES)
/** Asked for by generic clients; refresh tokens are given anyway. */
const MEANINGLESS = new Set(['offline_access'])

/** What a scope lets a token do with each account it was given. Identity scopes touch no account; `contribute-repos` is taken and gives nothing yet. */
const PERMISSIONS: Readonly<Record<OauthScope, readonly string[]>> = {
  openid: [],
  profile: [],
  email: [],
  'gated-repos': [],
  'contribute-repos': [],
  webhooks: [],
  'read-billing': ['billing.read'],
  'read-memberships': ['org.read'],
  'read-repos': ['repo.content.read'],
  'write-repos': ['repo.content.write'],
  'manage-repos': ['repo.write'],
  'read-collections': ['collection.read'],
  'write-collections': ['collection.write'],
  'inference-api': ['inference.serverless.write', 'inference.endpoints.infer.write'],
  'read-endpoints': ['inference.endpoints.read'],
  'write-endpoints': ['inference.endpoints.write', 'inference.endpoints.infer.write'],
  jobs: ['job.write'],
  'write-discussions': ['discussion.write'],
}

export const DEFAULT_SCOPES: readonly OauthScope[] = ['openid', 'profile']

/** Reads a space-separated list, in the registry's order; throws `OauthInvalidScope` for what is unknown or not allowed. */
export function readScopes(text: string | undefined, allowed: readonly string[]): OauthScope[] {
  const asked = (text ?? '').split(' ').filter((scope) => scope !== '' && !MEANINGLESS.has(scope))
  const wrong = asked.find((scope) => !allowed.includes(scope) || !KNOWN.has(scope))
  if (wrong !== undefined) throw refuse('OauthInvalidScope', `This app may not ask for "${wrong.slice(0, 60)}".`)
  return OAUTH_SCOPES.filter((scope) => asked.includes(scope))
}

/** Scopes as stored, without those this version does not know. */
export function knownScopes(stored: readonly string[]): OauthScope[] {
  return OAUTH_SCOPES.filter((scope) => stored.includes(scope))
}

/** Scopes that reach things an organisation may own. */
export const ORG_SCOPES: readonly OauthScope[] = OAUTH_SCOPES.filter((scope) => PERMISSIONS[scope].length > 0)

/** What scopes let a token do with each account it was given, sorted. */
export function permissionsOf(scopes: readonly OauthScope[]): string[] {
  return [...new Set(scopes.flatMap((scope) => PERMISSIONS[scope]))].sort()
}

/** Whether any of the scopes reaches things that an organisation may own. */
export function reachesOrgs(scopes: readonly OauthScope[]): boolean {
  return scopes.some((scope) => ORG_SCOPES.includes(scope))
}

/** What a person gave an app: themselves, and some or all of their organisations. */
export interface Reach {
  readonly userName: string
  readonly memberships: readonly Membership[]
  readonly allOrgs: boolean
  readonly orgIds: readonly string[]
}

/** The scopes of a token in the terms every module judges by. Leaving an organisation ends the reach into it. */
export function toTokenScopes(scopes: readonly OauthScope[], reach: Reach): TokenScope[] {
  const permissions = permissionsOf(scopes)
  if (permissions.length === 0) return []
  const orgs = reach.memberships.filter(({ accountId }) => reach.allOrgs || reach.orgIds.includes(accountId))
  return [
    { entity: { type: 'user', name: reach.userName }, permissions },
    ...orgs.map(({ name }) => ({ entity: { type: 'org' as const, name }, permissions })),
  ]
}
