import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, type ListQuery, refuse, type RepoType } from '@stoa/contracts'
import { type Cursor, readCursor } from './cursor.js'
import { listProjection, type Projection } from './expand-keys.js'
import { readSearch, type Search } from './search-words.js'
import { SORTS, type SortKey } from './sort-key.js'

/** Filters one request may name. */
export const MAX_LIST_FILTERS = 50

/** A list request, understood: everything a query needs, nothing of HTTP. */
export interface ListPlan {
  readonly type: RepoType
  /** All must be among an entry's filters. */
  readonly filters: readonly string[]
  /** Lower-case namespace. */
  readonly author: string | null
  readonly search: Search | null
  readonly gated: boolean | null
  readonly parameters: { readonly min: number | null; readonly max: number | null }
  readonly sort: SortKey
  readonly descending: boolean
  readonly limit: number
  readonly cursor: Cursor | null
  readonly projection: Projection
  /** Only models that can be called: by anybody, or by one of these providers. */
  readonly servedBy: 'any' | readonly string[] | null
  /** Lower-case full names that `servedBy` stands for; null while nobody was asked. */
  readonly names: readonly string[] | null
  /** The query asks for something no entry here can have. */
  readonly isEmpty: boolean
}

/** Reads a list query. Errors: `InvalidRequest` for unknown sort keys, expand values, cursors and numbers. */
export function planList(type: RepoType, query: ListQuery): ListPlan {
  const search = readSearch(query.search)
  const sort = readSort(query.sort, search !== null)
  return {
    type,
    filters: readFilters(query),
    author: query.author?.toLowerCase() ?? null,
    search,
    gated: readGated(query.gated),
    parameters: readParameters(query.num_parameters),
    sort,
    descending: query.direction !== '1',
    limit: readLimit(query.limit),
    cursor: query.cursor === undefined ? null : readCursor(query.cursor, sort),
    projection: listProjection(type, query),
    servedBy: readServedBy(query),
    names: null,
    isEmpty:
      query.apps.length > 0 ||
      (query.inference !== undefined && query.inference !== 'warm') ||
      (type !== 'model' && readServedBy(query) !== null),
  }
}

function readServedBy(query: ListQuery): ListPlan['servedBy'] {
  const providers = query.inference_provider.flatMap((value) => value.split(',')).filter((name) => name !== '')
  if (providers.length > MAX_LIST_FILTERS) {
    throw refuse('InvalidRequest', `at most ${MAX_LIST_FILTERS} providers may be named`)
  }
  if (providers.length > 0 && !providers.includes('all')) return providers
  return providers.length > 0 || query.inference !== undefined ? 'any' : null
}

function readSort(sort: string | undefined, isSearch: boolean): SortKey {
  if (sort === undefined || sort === '') return isSearch ? 'relevance' : 'trending'
  const key = Object.hasOwn(SORTS, sort) ? SORTS[sort] : undefined
  if (!key) throw refuse('InvalidRequest', `"sort" must be one of [${Object.keys(SORTS).join(', ')}]`)
  return key
}

function readLimit(text: string | undefined): number {
  if (text === undefined || text === '') return LIST_LIMIT_DEFAULT
  const limit = Number(text)
  if (!Number.isSafeInteger(limit) || limit < 0) throw refuse('InvalidRequest', '"limit" must be a whole number')
  return Math.min(Math.max(1, limit), LIST_LIMIT_MAX)
}

/** All ways to name a filter come down to one list of filter texts. */
function readFilters(query: ListQuery): string[] {
  const named: [string, string | undefined][] = [
    ['pipeline_tag', query.pipeline_tag],
    ['library', query.library],
    ['language', query.language],
    ['license', query.license],
    ['dataset', query.dataset],
    ['sdk', query.sdk],
  ]
  const filters = [
    ...[...query.filter, ...query['filter[]'], ...query.tags].flatMap((value) => value.split(',')),
    ...query.trained_dataset.map((id) => `dataset:${id}`),
    ...query.datasets.map((id) => `datasets:${id}`),
    ...query.models.map((id) => `models:${id}`),
    ...named.flatMap(([key, value]) => (value ? value.split(',').map((part) => `${key}:${part.trim()}`) : [])),
  ].filter((value) => value !== '')
  if (filters.length > MAX_LIST_FILTERS) {
    throw refuse('InvalidRequest', `at most ${MAX_LIST_FILTERS} filters may be named`)
  }
  return [...new Set(filters)]
}

function readGated(gated: string | undefined): boolean | null {
  if (gated === undefined || gated === '') return null
  return gated !== 'false' && gated !== '0' && gated !== 'False'
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 }

/** `min:6B,max:128B`, either part alone. */
function readParameters(text: string | undefined): { min: number | null; max: number | null } {
  const range: { min: number | null; max: number | null } = { min: null, max: null }
  for (const part of text?.split(',') ?? []) {
    if (part === '') continue
    const found = /^(min|max):(\d{1,15}(?:\.\d{1,6})?)([KMBT]?)$/i.exec(part.trim())
    if (!found) throw refuse('InvalidRequest', '"num_parameters" must look like min:6B,max:128B')
    const count = Math.round(Number(found[2]) * (UNITS[(found[3] ?? '').toUpperCase()] ?? 1))
    if (!Number.isSafeInteger(count)) throw refuse('InvalidRequest', '"num_parameters" is too large')
    range[found[1]?.toLowerCase() === 'min' ? 'min' : 'max'] = count
  }
  return range
}
