import { refuse } from '@stoa/contracts'
import { mayWrite } from '../../../kit/http/actor.js'
import { includesRight, type Right } from '../access.js'
import type { RepoDeps, SignedIn } from '../deps.js'
import { demandRight } from '../find-repo.js'
import type { Repo } from '../repo.js'

export interface CommitAim {
  readonly rev: string
  readonly createPullRequest: boolean
}

/**
 * Throws unless the actor may commit there: with write access, by opening a pull request, or to one's own pull request.
 * The caller has checked that they may read.
 */
export async function demandCommitRight(
  deps: Pick<RepoDeps, 'db' | 'pulls'>,
  actor: SignedIn,
  found: { readonly repo: Repo; readonly right: Right },
  aim: CommitAim,
): Promise<void> {
  if (includesRight(found.right, 'write')) return
  if (aim.createPullRequest || (await isOwnPullRequest(deps, actor, found.repo, aim.rev))) {
    demandPullRequestRight(actor, found.repo)
    return
  }
  demandRight(found.repo, actor, found.right, 'write')
}

/** Readers may propose changes, with a credential that may write. */
export function demandPullRequestRight(actor: SignedIn, repo: Repo): void {
  if (repo.discussionsDisabled) throw refuse('Forbidden', 'Pull requests are disabled for this repository.')
  if (!mayPropose(actor, repo))
    throw refuse('InsufficientScope', 'This access token may only read. Use a token with the write role.')
}

/** Whether a reader may propose changes. */
export function mayPropose(actor: SignedIn, repo: Pick<Repo, 'discussionsDisabled'>): boolean {
  if (repo.discussionsDisabled) return false
  const isScoped = actor.auth.type === 'token' && actor.auth.role === 'fineGrained'
  return isScoped ? hasDiscussionScope(actor) : mayWrite(actor)
}

function hasDiscussionScope(actor: SignedIn): boolean {
  return (
    actor.auth.type === 'token' && actor.auth.scopes.some((scope) => scope.permissions.includes('discussion.write'))
  )
}

async function isOwnPullRequest(
  deps: Pick<RepoDeps, 'db' | 'pulls'>,
  actor: SignedIn,
  repo: Repo,
  rev: string,
): Promise<boolean> {
  const num = /^refs\/pr\/(\d{1,9})$/.exec(rev)?.[1]
  if (num === undefined) return false
  return (await deps.pulls.findAuthor(deps.db, repo.id, Number(num))) === actor.userId
}
