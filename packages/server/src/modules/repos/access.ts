import type { RepoType } from '@stoa/contracts'
import type { Actor, Role, TokenScope } from '../../kit/http/actor.js'

/** What is known of a repository or bucket when access is decided. */
export interface AccessFacts {
  readonly type: RepoType | 'bucket'
  readonly accountId: string
  readonly namespace: string
  readonly name: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly gated: 'false' | 'auto' | 'manual'
  readonly createdBy: string | null
}

/** What somebody may do with a repository: see it, read its files, write, administer. Each contains those before it. */
export type Right = 'none' | 'see' | 'read' | 'write' | 'admin'

const ORDER: readonly Right[] = ['none', 'see', 'read', 'write', 'admin']

/** Whether a right contains another. */
export function includesRight(held: Right, needed: Right): boolean {
  return ORDER.indexOf(held) >= ORDER.indexOf(needed)
}

/**
 * The right of an actor on a repository: the role of the person, cut down to what the credential lets through.
 * `hasGrant` says whether a gated repository let this person in.
 */
export function rightOn(repo: AccessFacts, actor: Actor, hasGrant = false): Right {
  const personal = personalRight(repo, actor, hasGrant)
  if (actor.kind === 'anonymous') return personal
  const ceiling = credentialRight(repo, actor.auth)
  const floor = repo.visibility === 'public' ? publicRight(repo, hasGrant) : 'none'
  return higher(lower(personal, ceiling), floor)
}

function personalRight(repo: AccessFacts, actor: Actor, hasGrant: boolean): Right {
  const open = repo.visibility === 'public' ? publicRight(repo, hasGrant) : 'none'
  if (actor.kind === 'anonymous') return open
  if (actor.isAdmin || actor.userId === repo.accountId) return 'admin'
  const role = actor.memberships.find((membership) => membership.accountId === repo.accountId)?.role
  return role === undefined ? open : higher(rightOfRole(role, repo.createdBy === actor.userId), open)
}

const publicRight = (repo: AccessFacts, hasGrant: boolean): Right =>
  repo.gated === 'false' || hasGrant ? 'read' : 'see'

/** A contributor administers what they made and reads the rest. */
function rightOfRole(role: Role, isCreator: boolean): Right {
  if (role === 'admin') return 'admin'
  if (role === 'write') return isCreator ? 'admin' : 'write'
  return role === 'contributor' && isCreator ? 'admin' : 'read'
}

type Auth = Extract<Actor, { kind: 'user' }>['auth']

function credentialRight(repo: AccessFacts, auth: Auth): Right {
  if (auth.type === 'session' || auth.role === 'write') return 'admin'
  if (auth.role === 'read') return 'read'
  const permissions = auth.scopes.filter((scope) => covers(scope.entity, repo)).flatMap((scope) => scope.permissions)
  if (permissions.includes('repo.write')) return 'admin'
  return permissions.includes('repo.content.read') ? 'read' : 'none'
}

function covers(entity: TokenScope['entity'], repo: AccessFacts): boolean {
  const given = entity.name.toLowerCase()
  if (entity.type === 'user' || entity.type === 'org') return given === repo.namespace.toLowerCase()
  const type = repo.type === 'kernel' ? 'model' : repo.type
  return entity.type === type && given === `${repo.namespace}/${repo.name}`.toLowerCase()
}

/** Whether an actor may make repositories in an account. */
export function mayCreateIn(account: { readonly id: string; readonly name: string }, actor: Actor): boolean {
  if (actor.kind === 'anonymous') return false
  const role = actor.memberships.find((membership) => membership.accountId === account.id)?.role
  const isPersonal = actor.isAdmin || actor.userId === account.id || (role !== undefined && role !== 'read')
  if (!isPersonal || actor.auth.type === 'session') return isPersonal
  if (actor.auth.role !== 'fineGrained') return actor.auth.role === 'write'
  return actor.auth.scopes.some(
    ({ entity, permissions }) =>
      (entity.type === 'user' || entity.type === 'org') &&
      entity.name.toLowerCase() === account.name.toLowerCase() &&
      permissions.includes('repo.write'),
  )
}

const lower = (a: Right, b: Right): Right => (includesRight(a, b) ? b : a)
const higher = (a: Right, b: Right): Right => (includesRight(a, b) ? a : b)
