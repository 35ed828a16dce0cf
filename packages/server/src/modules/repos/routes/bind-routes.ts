import type { Http } from '../../../kit/http/server.js'
import type { GitStorage } from '../../git/index.js'
import { bindAccountRepos } from './account-repos.js'
import { bindGitRoutes } from './git.js'
import { bindHubCommit } from './hub-commit.js'
import { bindHubLfsFiles } from './hub-lfs-files.js'
import { bindHubRefs } from './hub-refs.js'
import { bindHubRepos } from './hub-repos.js'
import { bindHubTree } from './hub-tree.js'
import { bindLfs } from './lfs.js'
import { bindLfsLocks } from './lfs-locks.js'
import { bindMemberPreview } from './preview-member.js'
import { bindQuotas } from './quotas.js'
import { bindResolve } from './resolve.js'
import { bindResourceGroupOfThings } from './resource-groups.js'
import type { RepoRouteDeps } from './repo-routes.js'
import { bindStorageRoutes } from './storage.js'

/** Every door of this module but those of the Xet store. */
export function bindRepoRoutes(http: Http, deps: RepoRouteDeps, storage: GitStorage): void {
  bindHubRepos(http, deps)
  bindHubCommit(http, deps)
  bindAccountRepos(http, deps)
  bindHubTree(http, deps)
  bindHubRefs(http, deps)
  bindHubLfsFiles(http, deps)
  bindQuotas(http, deps)
  bindMemberPreview(http, deps)
  bindResolve(http, deps)
  bindLfs(http, deps)
  bindLfsLocks(http, deps)
  bindStorageRoutes(http, deps)
  bindResourceGroupOfThings(http, deps)
  bindGitRoutes(http, { ...deps, storage })
}
