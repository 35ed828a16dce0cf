import { catalogFacets } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import type { RepoKindName, RepoListQuery } from './repo-list.js'

/** The part of a list's query that stands in the address. */
export interface ListSearch {
  search?: string
  pipeline_tag?: string
  library?: string
  license?: string
  language?: string
  sort?: string
}

export const listKeys = ['search', 'pipeline_tag', 'library', 'license', 'language', 'sort'] as const
export const defaultSort = 'lastModified'
export const bestMatch = 'relevance'

/** Keeps what a list knows of a foreign address, as short texts. */
export function parseListSearch(search: Record<string, unknown>): ListSearch {
  return Object.fromEntries(
    listKeys.flatMap((key) =>
      search[key] === undefined || search[key] === '' ? [] : [[key, String(search[key]).slice(0, 200)]],
    ),
  )
}

/** Counts beside the filters; the order of a list has no part in them. */
export const facetsQuery = (kind: RepoKindName, asked: ListSearch) => {
  const search = { ...asked }
  delete search.sort
  return queryOptions({
    queryKey: [catalogFacets.id, kind, search],
    queryFn: ({ signal }) =>
      api.call(catalogFacets, {
        query: { ...search, kind: kind === 'model' ? 'models' : 'datasets' } as never,
        signal,
      }),
  })
}

/** How a list is sorted when nobody chose: a search by how well it matches, which the server does when no order is named. */
export const unchosenSort = (search: ListSearch): string => (search.search ? bestMatch : defaultSort)

export const listQueryOf = (search: ListSearch): RepoListQuery => {
  const sort = search.sort ?? unchosenSort(search)
  return sort === bestMatch ? { ...search } : { ...search, sort }
}
