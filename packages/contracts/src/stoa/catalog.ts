import { z } from 'zod'
import { route } from '../define.js'
import { listQuery } from '../hub/catalog.js'
import { repoKind, repoType } from '../hub/scalars.js'

const MAX_SEGMENT = 200
const MAX_REVISION = 400
const MAX_PATH = 4000
const segment = z.string().min(1).max(MAX_SEGMENT)

const remark = z.object({ message: z.string(), line: z.number().optional(), column: z.number().optional() })

/** `GET /api/v1/catalog/card/{type}/{ns}/{name}?rev=&path=`: the card, or another Markdown file, as safe HTML; `html` is empty when there is none. */
export const renderedCard = route({
  id: 'catalog.card',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/catalog/card/:type/:namespace/:name',
  summary: 'The card of a repository: safe HTML, its headings, its metadata and what is wrong with it.',
  auth: 'optional',
  rate: 'pages',
  params: z.object({ type: repoType, namespace: segment, name: segment }),
  query: z.object({
    rev: z.string().min(1).max(MAX_REVISION).optional(),
    /** A Markdown file; README.md unless given. */
    path: z.string().min(1).max(MAX_PATH).optional(),
  }),
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

const MAX_DRAFT_CHARS = 1_000_000

/** `POST /api/v1/catalog/preview/{type}/{ns}/{name}`: Markdown that is being written, as the card or file would be shown. */
export const previewMarkdown = route({
  id: 'catalog.preview',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/catalog/preview/:type/:namespace/:name',
  summary: 'Markdown that is not committed yet, rendered and made safe as it would be after.',
  auth: 'user',
  rate: 'pages',
  params: z.object({ type: repoType, namespace: segment, name: segment }),
  body: z.strictObject({
    rev: z.string().min(1).max(MAX_REVISION),
    path: z.string().min(1).max(MAX_PATH),
    text: z.string().max(MAX_DRAFT_CHARS),
  }),
  response: z.object({
    html: z.string(),
    frontMatter: z.looseObject({}).nullable(),
    errors: z.array(remark),
    warnings: z.array(remark),
  }),
  errors: ['RepoNotFound', 'GatedRepo', 'UnreadableFile'],
  bodyLimitBytes: 4 * MAX_DRAFT_CHARS,
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

/** Tensors of one answer; a file with more says how many it holds. */
export const MAX_SHOWN_TENSORS = 20_000

const tensor = z.object({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  /** Where it is known from the file: GGUF says only the type. */
  sizeBytes: z.number().optional(),
})
const graphValue = z.object({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.union([z.number(), z.string(), z.null()])),
})

/** What a weights file says of itself, by its format. */
export const fileInspection = z.discriminatedUnion('format', [
  z.object({
    format: z.enum(['safetensors', 'gguf']),
    metadata: z.looseObject({}),
    /** Parameters by dtype; of GGUF, tensors by type. */
    byDtype: z.record(z.string(), z.number()),
    totalParameters: z.number(),
    tensorCount: z.number().int(),
    tensors: z.array(tensor),
    /** Bytes before the first tensor, of safetensors. */
    headerBytes: z.number().optional(),
  }),
  z.object({
    format: z.literal('onnx'),
    producer: z.string(),
    opsets: z.array(z.object({ domain: z.string(), version: z.number() })),
    inputs: z.array(graphValue),
    outputs: z.array(graphValue),
    nodeCount: z.number(),
    totalParameters: z.number(),
    customDomains: z.array(z.string()),
    externalFiles: z.array(z.string()),
  }),
  z.object({
    format: z.literal('pickle'),
    verdict: z.enum(['safe', 'suspicious', 'unsafe', 'opaque']),
    imports: z.array(z.object({ module: z.string(), name: z.string(), safety: z.string() })),
    unread: z.array(z.string()),
  }),
])
export type FileInspection = z.infer<typeof fileInspection>

/** `GET /api/v1/catalog/inspect/{type}/{ns}/{name}?rev=&path=`: read without loading or running anything of the file. */
export const inspectFile = route({
  id: 'catalog.inspect',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/catalog/inspect/:type/:namespace/:name',
  summary:
    'What a safetensors, GGUF, ONNX or pickle file says of itself: tensors, types, parameters, metadata, imports.',
  auth: 'optional',
  rate: 'pages',
  params: z.object({ type: repoType, namespace: segment, name: segment }),
  query: z.object({ rev: z.string().min(1).max(MAX_REVISION), path: z.string().min(1).max(MAX_PATH) }),
  response: fileInspection,
  errors: ['RepoNotFound', 'RevisionNotFound', 'EntryNotFound', 'GatedRepo', 'UnreadableFile'],
})
