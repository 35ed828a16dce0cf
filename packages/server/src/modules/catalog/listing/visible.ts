import type { Actor } from '../../../kit/http/actor.js'

/**
 * The repositories an actor sees, as a condition that SQL can check. It is `rightOn(…) >= see` of repos, said once more:
 * a property test keeps the two alike.
 */
export interface VisibleSet {
  /** Accounts whose repositories the person sees whatever their visibility; 'all' for an admin of the platform. */
  readonly accounts: 'all' | readonly string[]
  /** What the credential lets through; null when it lets everything through. */
  readonly scope: null | {
    /** Lower-case namespaces. */
    readonly namespaces: readonly string[]
    /** `type:namespace/name`, lower case. */
    readonly repos: readonly string[]
  }
}

const NOBODY: VisibleSet = { accounts: [], scope: null }
const READING = ['repo.content.read', 'repo.write']

/** Public repositories are always visible; this says which others are. */
export function visibleTo(actor: Actor): VisibleSet {
  if (actor.kind === 'anonymous') return NOBODY
  const accounts = actor.isAdmin
    ? 'all'
    : [actor.userId, ...actor.memberships.map((membership) => membership.accountId)]
  if (actor.auth.type === 'session' || actor.auth.role !== 'fineGrained') return { accounts, scope: null }
  const reading = actor.auth.scopes.filter((scope) =>
    scope.permissions.some((permission) => READING.includes(permission)),
  )
  const namespaces: string[] = []
  const repos: string[] = []
  for (const { entity } of reading) {
    const name = entity.name.toLowerCase()
    if (entity.type === 'user' || entity.type === 'org') namespaces.push(name)
    else repos.push(`${entity.type}:${name}`, ...(entity.type === 'model' ? [`kernel:${name}`] : []))
  }
  return { accounts, scope: { namespaces, repos } }
}
