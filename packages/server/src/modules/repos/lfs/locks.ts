import { refuse } from '@stoa/contracts'
import type { RepoDeps, SignedIn } from '../deps.js'
import { checkedPath } from '../commits/collect-edits.js'
import { deleteLock, insertLock, type LfsLock, type LockFilter, listLocks } from '../queries/locks.js'
import type { Repo } from '../repo.js'

/** Locks of a page. */
export const LOCK_PAGE = 1000

/** Locks a path for the actor. Throws `LockExists` with the lock that stands, `InvalidPath`. */
export async function lockPath(deps: RepoDeps, actor: SignedIn, repo: Repo, path: string): Promise<LfsLock> {
  checkedPath(path)
  const owner = { ownerId: actor.userId, ownerName: actor.name }
  const lock = { id: deps.ids.next(), repoId: repo.id, path, ...owner, lockedAt: deps.clock.now() }
  const made = await deps.write((tx) => insertLock(tx, lock))
  if (!made) throw refuse('LockExists', `"${path}" is locked already.`)
  return made
}

export interface LockPage {
  readonly locks: LfsLock[]
  readonly next: string | null
}

export async function pageLocks(deps: RepoDeps, repo: Repo, filter: LockFilter, limit: number): Promise<LockPage> {
  const rows = await listLocks(deps.db, repo.id, filter, limit + 1)
  const locks = rows.slice(0, limit)
  return { locks, next: rows.length > limit ? (locks.at(-1)?.id ?? null) : null }
}

/** Gives a lock back; one of somebody else only by force. Throws `LockNotFound`, `Forbidden`. */
export async function unlockPath(
  deps: RepoDeps,
  actor: SignedIn,
  repo: Repo,
  lockId: string,
  force: boolean,
): Promise<LfsLock> {
  const [lock] = await listLocks(deps.db, repo.id, { id: lockId }, 1)
  if (!lock) throw refuse('LockNotFound')
  if (lock.ownerId !== actor.userId && !force) {
    throw refuse('Forbidden', `This lock belongs to ${lock.ownerName}. Break it with force.`)
  }
  await deps.write((tx) => deleteLock(tx, repo.id, lock.id))
  return lock
}
