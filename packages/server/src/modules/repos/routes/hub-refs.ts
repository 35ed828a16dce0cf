import {
  createBranch as createBranchRoute,
  createTag as createTagRoute,
  deleteBranch as deleteBranchRoute,
  deleteTag as deleteTagRoute,
  listRefs as listRefsRoute,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { createBranch, createTag, deleteBranch, deleteTag } from '../refs/change-refs.js'
import { listRefs } from '../refs/list-refs.js'
import { revisionOf, withRawRevision } from './hub-commit.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Branches and tags (hub-api 1.37 to 1.41). Names may hold slashes, escaped or not. */
export function bindHubRefs(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(listRefsRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const { pullRequests, ...refs } = await listRefs(deps, repo)
    return asked.query.include_prs ? { ...refs, pullRequests } : refs
  })
  for (const path of withRawRevision(createBranchRoute.path)) {
    hub.bind({ ...createBranchRoute, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'write')
      const { startingPoint, emptyBranch, overwrite } = asked.body ?? {}
      await createBranch(deps, asked.actor, repo, {
        name: revisionOf(asked.params),
        startingPoint: startingPoint ?? null,
        isEmpty: emptyBranch ?? false,
        overwrite: overwrite ?? false,
      })
      return {}
    })
  }
  for (const path of withRawRevision(deleteBranchRoute.path)) {
    hub.bind({ ...deleteBranchRoute, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'write')
      await deleteBranch(deps, asked.actor, repo, revisionOf(asked.params))
      return {}
    })
  }
  for (const path of withRawRevision(createTagRoute.path)) {
    hub.bind({ ...createTagRoute, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'write')
      const { tag, message } = asked.body
      await createTag(deps, asked.actor, repo, { name: tag, rev: revisionOf(asked.params), message: message ?? null })
      return {}
    })
  }
  for (const path of withRawRevision(deleteTagRoute.path)) {
    hub.bind({ ...deleteTagRoute, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'write')
      await deleteTag(deps, asked.actor, repo, revisionOf(asked.params))
      return {}
    })
  }
}
