import type { Actor, UserActor } from '../../../kit/http/actor.js'

/**
 * The repositories and buckets an actor sees, as a condition that SQL can check: `can(actor, 'repo.see', …)` said once more.
 * A property test over random worlds keeps the two alike.
 */
export interface VisibleSet {
  /** What is public is seen; not by a suspended account, whom every door refuses. */
  readonly isOpen: boolean
  /** Accounts whose repositories are seen whatever their visibility and group; 'all' for an owner of the platform. */
  readonly whole: 'all' | readonly string[]
  /** Accounts of which nothing but what is public is seen, although `whole` is 'all'. */
  readonly except: readonly string[]
  /** Accounts of which only what is in no resource group is seen, and what is internal. */
  readonly ungrouped: readonly string[]
  /** Resource groups whose repositories are seen. */
  readonly groups: readonly string[]
  /** What the credential lets through; null when it lets everything through. */
  readonly scope: null | {
    /** Lower-case namespaces. */
    readonly namespaces: readonly string[]
    /** `type:namespace/name`, lower case. */
    readonly repos: readonly string[]
  }
}

const NOBODY: VisibleSet = { isOpen: true, whole: [], except: [], ungrouped: [], groups: [], scope: null }
const READING = ['repo.content.read', 'repo.content.write', 'repo.write']

/** Public repositories are always visible; this says which others are. */
export function visibleTo(actor: Actor): VisibleSet {
  if (actor.kind === 'anonymous') return NOBODY
  if (actor.state === 'suspended') return { ...NOBODY, isOpen: false }
  const scope = readingScope(actor)
  const except = actor.barred?.map(({ accountId }) => accountId) ?? []
  if (actor.isAdmin) return { ...NOBODY, whole: 'all', except, scope }
  const whole = [actor.userId, ...(actor.brokenGlass ?? [])]
  const ungrouped: string[] = []
  const groups: string[] = []
  for (const { accountId, role, groups: joined = [] } of actor.memberships) {
    if (role === 'admin') whole.push(accountId)
    else if (role !== 'no_access') ungrouped.push(accountId)
    for (const { groupId } of joined) groups.push(groupId)
  }
  return { ...NOBODY, whole, ungrouped, groups, scope }
}

function readingScope({ auth }: UserActor): VisibleSet['scope'] {
  if (auth.type === 'session' || auth.role !== 'fineGrained') return null
  const reading = auth.scopes.filter((scope) => scope.permissions.some((permission) => READING.includes(permission)))
  const namespaces: string[] = []
  const repos: string[] = []
  for (const { entity } of reading) {
    const name = entity.name.toLowerCase()
    if (entity.type === 'user' || entity.type === 'org') namespaces.push(name)
    else repos.push(`${entity.type}:${name}`, ...(entity.type === 'model' ? [`kernel:${name}`] : []))
  }
  return { namespaces, repos }
}
