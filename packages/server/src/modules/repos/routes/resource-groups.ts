import {
  getBucketResourceGroup,
  getRepoResourceGroup,
  setBucketResourceGroup,
  setRepoResourceGroup,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { setBucketGroup, setRepoGroup } from '../resource-groups.js'
import { openBucket } from './hub-buckets.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** The resource group a repository or bucket is in (hub-api 1.52, 2.27, 2.153). */
export function bindResourceGroupOfThings(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  const show = async (accountId: string, groupId: string | null) => {
    const group = groupId === null ? null : await deps.orgs.findResourceGroup(deps.db, accountId, groupId)
    return group && { id: group.id, name: group.name }
  }
  hub.bind(getRepoResourceGroup, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'write')
    return show(repo.accountId, repo.resourceGroupId)
  })
  hub.bind(setRepoResourceGroup, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    await setRepoGroup(deps, asked.actor, repo, asked.body.resourceGroupId)
    return show(repo.accountId, asked.body.resourceGroupId)
  })
  hub.bind(getBucketResourceGroup, async (asked) => {
    const bucket = await openBucket(deps, asked, 'write')
    return show(bucket.accountId, bucket.resourceGroupId)
  })
  hub.bind(setBucketResourceGroup, async (asked) => {
    const bucket = await openBucket(deps, asked, 'admin')
    await setBucketGroup(deps, asked.actor, bucket, asked.body.resourceGroupId)
    return show(bucket.accountId, asked.body.resourceGroupId)
  })
}
