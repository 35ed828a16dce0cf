import { z } from 'zod'
import { route } from '../define.js'
import { queryFlag, queryList, type RepoKind } from './scalars.js'

/** Entries of one list page. */
export const LIST_LIMIT_MAX = 1000
/** Entries of a list page when the caller names no limit. */
export const LIST_LIMIT_DEFAULT = 100
const MAX_TEXT = 400
const MAX_CURSOR = 2000
const MAX_CARD_CHARS = 2_000_000
const CARD_BODY_BYTES = 8 * 1024 * 1024
const MAX_SEGMENT = 200
const MAX_REVISION = 400
const MAX_WILDCARD = 4000

const text = z.string().max(MAX_TEXT).optional()

/** Query of every list (hub-api 1.13 to 1.16); what a kind does not know is let through and has no effect. */
export const listQuery = z.object({
  filter: queryList,
  'filter[]': queryList,
  author: text,
  search: queryList,
  gated: text,
  pipeline_tag: text,
  library: text,
  language: text,
  license: text,
  dataset: text,
  datasets: queryList,
  models: queryList,
  linked: queryFlag,
  sdk: text,
  apps: queryList,
  inference: text,
  inference_provider: queryList,
  num_parameters: text,
  trained_dataset: queryList,
  tags: queryList,
  sort: text,
  direction: text,
  limit: text,
  full: queryFlag,
  config: queryFlag,
  cardData: queryFlag,
  expand: queryList,
  'expand[]': queryList,
  cursor: z.string().max(MAX_CURSOR).optional(),
})
export type ListQuery = z.output<typeof listQuery>

export const infoQuery = z.object({
  blobs: queryFlag,
  securityStatus: queryFlag,
  expand: queryList,
  'expand[]': queryList,
})
export type InfoQuery = z.output<typeof infoQuery>

/** One repository in a list or as information. Keys without a value are absent; which keys there are depends on what was asked (hub-api 4.3). */
export const repoInfo = z.looseObject({ _id: z.string(), id: z.string() })
export type RepoInfo = z.infer<typeof repoInfo>

const segment = z.string().min(1).max(MAX_SEGMENT)
const named = z.object({ namespace: segment, name: segment })
const LABEL: Record<RepoKind, string> = { models: 'models', datasets: 'datasets', spaces: 'spaces', kernels: 'kernels' }

function listOf<const K extends RepoKind>(kind: K) {
  return route({
    id: `hub.${kind}.list`,
    family: 'hub',
    method: 'GET',
    path: `/api/${kind}`,
    summary: `Lists ${LABEL[kind]} the caller may see, filtered and sorted, a page at a time (Link header).`,
    auth: 'optional',
    rate: 'search',
    query: listQuery,
    response: z.array(repoInfo),
    errors: ['InvalidRequest'],
  })
}

function infoOf<const K extends RepoKind>(kind: K) {
  return route({
    id: `hub.${kind}.info`,
    family: 'hub',
    method: 'GET',
    path: `/api/${kind}/:namespace/:name`,
    summary: 'Facts of a repository at the head of its default branch.',
    auth: 'optional',
    params: named,
    query: infoQuery,
    response: repoInfo,
    errors: ['RepoNotFound', 'InvalidRequest'],
  })
}

/** A revision arrives as one segment (`refs%2Fpr%2F1`) or with raw slashes. */
function revisionInfoOf<const K extends RepoKind>(kind: K) {
  return route({
    id: `hub.${kind}.info.revision`,
    family: 'hub',
    method: 'GET',
    path: `/api/${kind}/:namespace/:name/revision/*`,
    summary: 'Facts of a repository at a revision.',
    auth: 'optional',
    params: named.extend({ '*': z.string().min(1).max(MAX_REVISION) }),
    query: infoQuery,
    response: repoInfo,
    errors: ['RepoNotFound', 'RevisionNotFound', 'InvalidRequest'],
  })
}

/** An id of one segment (`gpt2`): such repositories do not exist here, and clients must be told in their own words. */
function legacyInfoOf<const K extends RepoKind>(kind: K) {
  return route({
    id: `hub.${kind}.info.legacy`,
    family: 'hub',
    method: 'GET',
    path: `/api/${kind}/:namespace`,
    summary: 'Answers ids without a namespace: no such repository.',
    auth: 'optional',
    params: z.object({ namespace: segment }),
    errors: ['RepoNotFound'],
  })
}

export const listModels = listOf('models')
export const listDatasets = listOf('datasets')
export const listSpaces = listOf('spaces')
export const listKernels = listOf('kernels')
export const modelInfo = infoOf('models')
export const datasetInfo = infoOf('datasets')
export const spaceInfo = infoOf('spaces')
export const kernelInfo = infoOf('kernels')
export const modelRevisionInfo = revisionInfoOf('models')
export const datasetRevisionInfo = revisionInfoOf('datasets')
export const spaceRevisionInfo = revisionInfoOf('spaces')
export const kernelRevisionInfo = revisionInfoOf('kernels')
export const legacyModelInfo = legacyInfoOf('models')
export const legacyDatasetInfo = legacyInfoOf('datasets')
export const legacySpaceInfo = legacyInfoOf('spaces')
export const legacyKernelInfo = legacyInfoOf('kernels')

const tag = z.object({
  id: z.string(),
  label: z.string(),
  type: z.string(),
  subType: z.string().optional(),
  clickable: z.boolean().optional(),
})
const tagQuery = z.object({ type: z.string().max(100).optional() })

/** `GET /api/models-tags-by-type` (hub-api 2.69). */
export const modelTagsByType = route({
  id: 'hub.models.tags',
  family: 'hub',
  method: 'GET',
  path: '/api/models-tags-by-type',
  summary: 'Tags models can be filtered by: tasks, libraries, licences, languages, datasets.',
  auth: 'none',
  query: tagQuery,
  response: z.record(z.string(), z.array(tag)),
  errors: [],
})

/** `GET /api/datasets-tags-by-type` (hub-api 2.70). */
export const datasetTagsByType = route({
  id: 'hub.datasets.tags',
  family: 'hub',
  method: 'GET',
  path: '/api/datasets-tags-by-type',
  summary: 'Tags datasets can be filtered by.',
  auth: 'none',
  query: tagQuery,
  response: z.record(z.string(), z.array(tag)),
  errors: [],
})

const cardRemark = z.object({ message: z.string(), line: z.number().optional(), column: z.number().optional() })

/** `POST /api/validate-yaml` (hub-api 1.19): 400 when the card has errors; as plain text when the caller accepts only that. */
export const validateYaml = route({
  id: 'hub.validate-yaml',
  family: 'hub',
  method: 'POST',
  path: '/api/validate-yaml',
  summary: 'Checks the metadata of a card and says what is wrong, with line and column.',
  auth: 'optional',
  body: z.object({ content: z.string().max(MAX_CARD_CHARS), repoType: z.string().max(50).nullish() }),
  response: z.object({ errors: z.array(cardRemark), warnings: z.array(cardRemark) }),
  errors: ['InvalidRequest'],
  bodyLimitBytes: CARD_BODY_BYTES,
})

/** `GET /api/models/{id}/safetensors-metadata/{index path}` (hub-api-2x §4). */
export const safetensorsMetadata = route({
  id: 'hub.models.safetensors-metadata',
  family: 'hub',
  method: 'GET',
  path: '/api/models/:namespace/:name/safetensors-metadata/*',
  summary: 'Headers of every shard that a safetensors index names, in one answer.',
  auth: 'optional',
  params: named.extend({ '*': z.string().min(1).max(MAX_WILDCARD) }),
  response: z.object({
    index: z.looseObject({}),
    headers: z.record(z.string(), z.looseObject({})),
  }),
  errors: ['RepoNotFound', 'EntryNotFound', 'GatedRepo', 'UnreadableFile'],
})

const foundRepo = z.looseObject({ _id: z.string(), id: z.string() })
/** Hits of one kind in a quick search, and in trending. */
export const QUICK_LIMIT_MAX = 20

/** `GET /api/quicksearch` (hub-api 2.71): the best hits of each kind at once, for search boxes. */
export const quickSearch = route({
  id: 'hub.quicksearch',
  family: 'hub',
  method: 'GET',
  path: '/api/quicksearch',
  summary: 'The best matching models, datasets, spaces and kernels in one answer.',
  auth: 'optional',
  rate: 'search',
  query: z.object({ q: z.string().max(MAX_TEXT).default(''), limit: text, type: queryList, 'type[]': queryList }),
  response: z.looseObject({ q: z.string(), models: z.array(foundRepo).optional(), modelsCount: z.number().optional() }),
  errors: ['InvalidRequest'],
})

/** `GET /api/trending` (hub-api 2.72). */
export const trendingRepos = route({
  id: 'hub.trending',
  family: 'hub',
  method: 'GET',
  path: '/api/trending',
  summary: 'Repositories that get the most attention now.',
  auth: 'optional',
  rate: 'search',
  query: z.object({ type: text, limit: text }),
  response: z.object({
    recentlyTrending: z.array(z.object({ repoType: z.string(), repoData: foundRepo, likes: z.number() })),
  }),
  errors: ['InvalidRequest'],
})

/** `GET /api/tasks` (hub-api 2.74). */
export const listTasks = route({
  id: 'hub.tasks',
  family: 'hub',
  method: 'GET',
  path: '/api/tasks',
  summary: 'Tasks models can be tagged with, by id.',
  auth: 'none',
  response: z.record(z.string(), z.looseObject({ id: z.string(), label: z.string() })),
  errors: [],
})

/** `HEAD /api/telemetry/{topic}` (hub-api 2.89): libraries announce themselves; nothing is read or kept. */
export const ignoreTelemetry = route({
  id: 'hub.telemetry',
  family: 'hub',
  method: 'HEAD',
  path: '/api/telemetry/*',
  summary: 'Answers 200 to the libraries that announce themselves. Nothing is recorded.',
  auth: 'none',
  errors: [],
})
