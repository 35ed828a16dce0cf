import type { Repo } from '../repos/index.js'
import { listRequestsOf } from './queries.js'
import type { GateDeps, SignedIn } from './deps.js'
import type { AccessRequest } from './access-request.js'

/** A person's own requests, but for repositories that are hidden from them by now. */
export async function listMyRequests(
  deps: Pick<GateDeps, 'db' | 'repos'>,
  actor: SignedIn,
  limit: number,
): Promise<{ readonly repo: Repo; readonly request: AccessRequest }[]> {
  const requests = await listRequestsOf(deps.db, actor.userId, limit)
  const repos = await deps.repos.listVisible(
    actor,
    requests.map((request) => request.repoId),
  )
  const byId = new Map(repos.map((repo) => [repo.id, repo]))
  return requests.flatMap((request) => {
    const repo = byId.get(request.repoId)
    return repo ? [{ repo, request }] : []
  })
}
