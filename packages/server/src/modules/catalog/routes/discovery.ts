import { ignoreTelemetry, listTasks, quickSearch, trendingRepos } from '@stoa/contracts'
import { PIPELINE_TAGS } from '@stoa/formats'
import type { Http } from '../../../kit/http/server.js'
import type { CatalogDeps } from '../deps.js'
import { listTrending, searchQuickly } from '../search-quickly.js'

const TASKS = Object.fromEntries(
  PIPELINE_TAGS.map(({ id, label, modality }) => [
    id,
    { id, label, modality, widgetModels: [], models: [], datasets: [], spaces: [] },
  ]),
)

/** Binds the Hub's search box, trending, tasks, and the door that libraries announce themselves at. */
export function bindDiscoveryRoutes(http: Http, deps: CatalogDeps): void {
  const hub = http.scope('hub')
  hub.bind(quickSearch, async ({ actor, query }) =>
    searchQuickly(deps, actor, { q: query.q, limit: query.limit, types: [...query.type, ...query['type[]']] }),
  )
  hub.bind(trendingRepos, async ({ actor, query }) => ({
    recentlyTrending: await listTrending(deps, actor, { type: query.type, limit: query.limit }),
  }))
  hub.bind(listTasks, async () => TASKS)
  hub.bind(ignoreTelemetry, async ({ reply }) => reply.code(200).send())
}
