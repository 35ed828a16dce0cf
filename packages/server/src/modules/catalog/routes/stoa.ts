import { catalogFacets, type RepoType, renderedCard } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { countListFacets } from '../count-facets.js'
import type { CatalogDeps } from '../deps.js'
import type { CardReader } from '../get-card.js'

/** Binds what the Hub API lacks: rendered cards and facet counts. */
export function bindStoaRoutes(http: Http, deps: CatalogDeps, cards: CardReader): void {
  const stoa = http.scope('stoa')
  stoa.bind(renderedCard, async ({ actor, params, query }) => {
    const fullName = `${params.namespace}/${params.name}`
    const { toc, errors, warnings, ...card } = await cards.get(actor, {
      type: params.type,
      fullName,
      revision: query.rev ?? null,
    })
    return { ...card, toc: [...toc], errors: [...errors], warnings: [...warnings] }
  })
  stoa.bind(catalogFacets, async ({ actor, query }) =>
    countListFacets(deps, actor, query.kind.slice(0, -1) as RepoType, query),
  )
}
