import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { cancelCollection, openCollection, showCollection, startCollection } from '../collect/run-collection.js'
import { readStorage } from '../measure/measure-storage.js'
import { readPlatformStorage } from '../measure/read-platform-storage.js'
import { openNamed, type RepoRouteDeps } from './repo-routes.js'

/** What is stored, and the removal of what nobody names. */
export function bindStorageRoutes(http: Http, deps: RepoRouteDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(contracts.startCollection, async ({ actor, body }) =>
    showCollection(await startCollection(deps, { isDryRun: body.dryRun, by: actor.userId })),
  )
  stoa.bind(contracts.getCollection, async ({ params }) => showCollection(await openCollection(deps, params.id)))
  stoa.bind(contracts.cancelCollection, async ({ params }) => showCollection(await cancelCollection(deps, params.id)))
  stoa.bind(contracts.getPlatformStorage, () => readPlatformStorage(deps))
  stoa.bind(contracts.getRepoStorage, async (asked) => {
    const { type, namespace, name } = asked.params
    const { repo } = await openNamed(deps, asked, type, `${namespace}/${name}`, 'read')
    return await readStorage(deps, 'repo', repo.id)
  })
  stoa.bind(contracts.getAccountStorage, async ({ actor, params }) => {
    const account = await deps.accounts.findAccount(deps.db, params.account)
    if (!account || !can(actor, 'storage.read', account).allow) throw refuse('NotFound', 'There is no such account.')
    return await readStorage(deps, 'account', account.id)
  })
}
