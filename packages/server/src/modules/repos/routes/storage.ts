import * as contracts from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { cancelCollection, openCollection, showCollection, startCollection } from '../collect/run-collection.js'
import type { RepoRouteDeps } from './repo-routes.js'

/** What is stored, and the removal of what nobody names. */
export function bindStorageRoutes(http: Http, deps: RepoRouteDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(contracts.startCollection, async ({ actor, body }) =>
    showCollection(await startCollection(deps, { isDryRun: body.dryRun, by: actor.userId })),
  )
  stoa.bind(contracts.getCollection, async ({ params }) => showCollection(await openCollection(deps, params.id)))
  stoa.bind(contracts.cancelCollection, async ({ params }) => showCollection(await cancelCollection(deps, params.id)))
}
