import { catalogFacets, inspectFile, previewMarkdown, type RepoType, renderedCard } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { countListFacets } from '../count-facets.js'
import type { CatalogDeps } from '../deps.js'
import { type CardReader, previewMarkdownText } from '../get-card.js'
import { inspectRepoFile } from '../inspect-file.js'

/** Binds what the Hub API lacks: rendered cards, what weights files say of themselves, and facet counts. */
export function bindStoaRoutes(http: Http, deps: CatalogDeps, cards: CardReader): void {
  const stoa = http.scope('stoa')
  stoa.bind(renderedCard, async ({ actor, params, query }) => {
    const fullName = `${params.namespace}/${params.name}`
    const { toc, errors, warnings, ...card } = await cards.get(actor, {
      type: params.type,
      fullName,
      revision: query.rev ?? null,
      path: query.path ?? 'README.md',
    })
    return { ...card, toc: [...toc], errors: [...errors], warnings: [...warnings] }
  })
  stoa.bind(previewMarkdown, async ({ actor, params, body }) => {
    const place = { type: params.type, fullName: `${params.namespace}/${params.name}` }
    const asked = { ...place, revision: body.rev, path: body.path, text: body.text }
    const { html, frontMatter, errors, warnings } = await previewMarkdownText(deps, actor, asked)
    return { html, frontMatter, errors: [...errors], warnings: [...warnings] }
  })
  stoa.bind(inspectFile, async ({ actor, params, query }) => {
    const place = { type: params.type, fullName: `${params.namespace}/${params.name}` }
    return inspectRepoFile(deps, actor, { ...place, revision: query.rev, path: query.path })
  })
  stoa.bind(catalogFacets, async ({ actor, query }) =>
    countListFacets(deps, actor, query.kind.slice(0, -1) as RepoType, query),
  )
}
