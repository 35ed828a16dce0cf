import { lfsLocks } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { LOCK_PAGE, lockPath, pageLocks, unlockPath } from '../lfs/locks.js'
import type { LfsLock } from '../queries/locks.js'
import { demandSignedIn, LFS_TYPES, openLfsRepo } from './lfs.js'
import type { RepoRouteDeps } from './repo-routes.js'

/** The git-lfs locking API (hub-api 1.26). */
export function bindLfsLocks(http: Http, deps: RepoRouteDeps): void {
  const lfs = http.scope('lfs')
  for (const type of LFS_TYPES) {
    const routes = lfsLocks[type]
    lfs.bind(routes.create, async (asked) => {
      const repo = await openLfsRepo(deps, asked, type, 'write')
      const lock = await lockPath(deps, demandSignedIn(asked.actor), repo, asked.body.path)
      asked.reply.code(201)
      return { lock: showLock(lock) }
    })
    lfs.bind(routes.list, async (asked) => {
      const repo = await openLfsRepo(deps, asked, type, 'read')
      const { path, id, cursor, limit } = asked.query
      const page = await pageLocks(deps, repo, { path, id, after: cursor }, limit ?? LOCK_PAGE)
      return { locks: page.locks.map(showLock), ...nextOf(page.next) }
    })
    lfs.bind(routes.verify, async (asked) => {
      const repo = await openLfsRepo(deps, asked, type, 'write')
      const { userId } = demandSignedIn(asked.actor)
      const { cursor, limit } = asked.body
      const page = await pageLocks(deps, repo, { after: cursor ?? undefined }, limit ?? LOCK_PAGE)
      return {
        ours: page.locks.filter((lock) => lock.ownerId === userId).map(showLock),
        theirs: page.locks.filter((lock) => lock.ownerId !== userId).map(showLock),
        ...nextOf(page.next),
      }
    })
    lfs.bind(routes.remove, async (asked) => {
      const repo = await openLfsRepo(deps, asked, type, 'write')
      const actor = demandSignedIn(asked.actor)
      const lock = await unlockPath(deps, actor, repo, asked.params.lockId, asked.body?.force ?? false)
      return { lock: showLock(lock) }
    })
  }
}

const nextOf = (next: string | null) => (next === null ? {} : { next_cursor: next })

function showLock(lock: LfsLock) {
  return { id: lock.id, path: lock.path, locked_at: lock.lockedAt.toISOString(), owner: { name: lock.ownerName } }
}
