import { refuse, type RepoType, type StoaError } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import { findHeldBack, refuseHeldBack } from '../accounts/index.js'
import { type AccessFacts, includesRight, type Right, rightOn } from './access.js'
import type { RepoDeps } from './deps.js'
import { loadRight } from './load-right.js'
import { findMovedRepo, findRepoByName } from './queries/repos.js'
import type { Repo } from './repo.js'
import { splitRepoName } from './repo-name.js'

export interface FoundRepo {
  readonly repo: Repo
  readonly right: Right
  /** The name asked for is an old one. */
  readonly isMoved: boolean
}

type FindDeps = Pick<RepoDeps, 'db' | 'gates'>

/**
 * Finds a repository by its name, old names included, and demands a right on it.
 * Throws `RepoNotFound` (401 for the anonymous) when it is missing or invisible to the actor, `GatedRepo` when its
 * files are not for them, `Forbidden` or `InsufficientScope` when they may see but not change it.
 */
export async function findRepo(
  deps: FindDeps,
  actor: Actor,
  type: RepoType,
  fullName: string,
  needed: Right,
): Promise<FoundRepo> {
  const name = splitRepoName(fullName)
  if (!name) throw repoNotFound(actor)
  const current = await findRepoByName(deps.db, type, name)
  const repo = current ?? (await findMovedRepo(deps.db, type, name))
  if (!repo) throw repoNotFound(actor, name.namespace)
  const right = await loadRight(deps, repo, actor)
  demandRight(repo, actor, right, needed)
  return { repo, right, isMoved: current === null }
}

type Guarded = AccessFacts & Pick<Repo, 'fullName' | 'disabled'>

/** Throws unless `right` contains `needed`. */
export function demandRight(repo: Guarded, actor: Actor, right: Right, needed: Right): void {
  if (right === 'none') throw repoNotFound(actor, repo.namespace)
  if (repo.disabled) throw refuse('Forbidden', 'Access to this resource is disabled.')
  if (includesRight(right, needed)) return
  if (right === 'see') throw gatedRepo(repo, actor)
  if (actor.kind === 'anonymous') throw refuse('Unauthorized')
  const isTokenTooWeak = includesRight(rightOn(repo, { ...actor, auth: { type: 'session', sessionId: '' } }), needed)
  if (isTokenTooWeak) throw refuse('InsufficientScope', 'This access token may not change this repository.')
  const held = findHeldBack(actor, repo.namespace)
  if (held) throw refuseHeldBack(held)
  throw refuse('Forbidden', `You have no ${needed} access to ${repo.fullName}.`)
}

/**
 * The answer to a missing and to a private repository alike. Members whom their organisation keeps out for now are told so, for
 * both.
 */
export function repoNotFound(actor: Actor, namespace?: string): StoaError {
  const held = namespace === undefined ? undefined : findHeldBack(actor, namespace)
  if (held) return refuseHeldBack(held)
  return refuse('RepoNotFound', undefined, {}, actor.kind === 'anonymous' ? { status: 401 } : {})
}

function gatedRepo(repo: Guarded, actor: Actor): StoaError {
  const text = `Access to ${repo.type} ${repo.fullName} is restricted and you are not in the authorized list. Visit its page to ask for access.`
  return refuse('GatedRepo', text, {}, actor.kind === 'anonymous' ? { status: 401 } : {})
}
