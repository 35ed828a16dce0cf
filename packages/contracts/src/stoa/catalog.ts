import { z } from 'zod'
import { route } from '../define.js'
import { listQuery } from '../hub/catalog.js'
import { repoKind, repoType } from '../hub/scalars.js'

const MAX_SEGMENT = 200
const MAX_REVISION = 400
const segment = z.string().min(1).max(MAX_SEGMENT)

const remark = z.object({ message: z.string(), line: z.number().optional(), column: z.number().optional() })

/** `GET /api/v1/catalog/card/{type}/{ns}/{name}?rev=`: the card as safe HTML; `html` is empty when there is no README.md. */
export const renderedCard = route({
  id: 'catalog.card',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/catalog/card/:type/:namespace/:name',
  summary: 'The card of a repository: safe HTML, its headings, its metadata and what is wrong with it.',
  auth: 'optional',
  rate: 'pages',
  params: z.object({ type: repoType, namespace: segment, name: segment }),
  query: z.object({ rev: z.string().min(1).max(MAX_REVISION).optional() }),
  response: z.object({
    html: z.string(),
    toc: z.array(z.object({ id: z.string(), text: z.string(), depth: z.number().int() })),
    frontMatter: z.looseObject({}).nullable(),
    errors: z.array(remark),
    warnings: z.array(remark),
    /** Commit the card was read at. */
    sha: z.string().nullable(),
  }),
  errors: ['RepoNotFound', 'RevisionNotFound', 'GatedRepo'],
})

const facetValue = z.object({ id: z.string(), label: z.string(), count: z.number().int() })

/** `GET /api/v1/catalog/facets`: how many of the repositories a list would hold carry each task, library, licence, language. */
export const catalogFacets = route({
  id: 'catalog.facets',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/catalog/facets',
  summary:
    'Counts of tasks, libraries, licences and languages among the repositories a list with this query would hold.',
  auth: 'optional',
  rate: 'search',
  query: listQuery.extend({ kind: repoKind.default('models') }),
  response: z.object({
    /** Repositories counted; the true number when `isCapped` is false. */
    total: z.number().int(),
    isCapped: z.boolean(),
    facets: z.object({
      pipeline_tag: z.array(facetValue),
      library: z.array(facetValue),
      license: z.array(facetValue),
      language: z.array(facetValue),
    }),
  }),
  errors: ['InvalidRequest'],
})
