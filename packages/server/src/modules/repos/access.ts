import type { Actor } from '../../kit/http/actor.js'
import { type AccountResource, can, type RepoResource } from '../accounts/index.js'

/** What is known of a repository or bucket when access is decided. */
export type AccessFacts = RepoResource

/** What somebody may do with a repository: see it, read its files, write, administer. Each contains those before it. */
export type Right = 'none' | 'see' | 'read' | 'write' | 'admin'

const ORDER: readonly Right[] = ['none', 'see', 'read', 'write', 'admin']

/** Whether a right contains another. */
export function includesRight(held: Right, needed: Right): boolean {
  return ORDER.indexOf(held) >= ORDER.indexOf(needed)
}

/**
 * The highest right of an actor on a repository, as `can` of accounts decides it. `hasGrant` says whether a gated repository
 * let this person in.
 */
export function rightOn(repo: AccessFacts, actor: Actor, hasGrant = false): Right {
  const may = (right: Exclude<Right, 'none'>): boolean => can(actor, `repo.${right}`, repo, { hasGrant }).allow
  if (!may('see')) return 'none'
  if (!may('read')) return 'see'
  if (!may('write')) return 'read'
  return may('admin') ? 'admin' : 'write'
}

/** Whether an actor may make repositories in an account. */
export function mayCreateIn(account: AccountResource, actor: Actor): boolean {
  return can(actor, 'repo.create', account).allow
}
