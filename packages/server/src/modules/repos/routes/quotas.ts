import { getStorage, refuse, type StorageShare } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { sumUsage } from '../queries/quotas.js'
import type { RepoRouteDeps } from './repo-routes.js'

/** What an account stores and may store. Who may not see it is told that there is no such account. */
export function bindQuotas(http: Http, deps: RepoRouteDeps): void {
  http.scope('stoa').bind(getStorage, async ({ actor, params }) => {
    const name = params.name === 'me' ? actor.name : params.name
    const account = await deps.accounts.findAccount(deps.db, name)
    if (!account || !can(actor, 'storage.read', account).allow) throw refuse('AccountNotFound')
    const [quota, usage] = [await deps.quotas.quotaOf(deps.db, account.id), await sumUsage(deps.db, account.id)]
    return {
      account: account.name,
      public: share(usage.publicBytes, quota.publicBytes),
      private: share(usage.privateBytes, quota.privateBytes),
      repositories: share(usage.repos, quota.maxRepos),
    }
  })
}

const share = (used: bigint, limit: bigint | null): StorageShare => ({
  used: Number(used),
  limit: limit === null ? null : Number(limit),
})
