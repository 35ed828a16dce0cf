import type { Db } from '../../../kit/db/database.js'
import { includesRight, rightOn } from '../access.js'
import type { SignedIn } from '../deps.js'
import { listRequestsOf } from '../queries/access-requests.js'
import { listReposByIds } from '../queries/repos.js'
import type { Repo } from '../repo.js'
import type { AccessRequest } from './access-request.js'

/** A person's own requests, but for repositories that are hidden from them by now. */
export async function listMyRequests(
  db: Db,
  actor: SignedIn,
  limit: number,
): Promise<{ readonly repo: Repo; readonly request: AccessRequest }[]> {
  const requests = await listRequestsOf(db, actor.userId, limit)
  const repos = await listReposByIds(
    db,
    requests.map((request) => request.repoId),
  )
  const byId = new Map(repos.map((repo) => [repo.id, repo]))
  return requests.flatMap((request) => {
    const repo = byId.get(request.repoId)
    return repo && includesRight(rightOn(repo, actor), 'see') ? [{ repo, request }] : []
  })
}
