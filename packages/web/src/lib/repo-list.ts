import { listDatasets, listModels } from '@stoa/contracts'
import { nextPage } from '@stoa/sdk'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { api } from './api.js'

export type RepoKindName = 'model' | 'dataset'

/** A repository as lists and pages show it; keys the server knows nothing about are absent. */
export interface RepoFacts {
  id: string
  private?: boolean
  gated?: false | 'auto' | 'manual'
  downloads?: number
  likes?: number
  tags?: string[]
  pipeline_tag?: string
  library_name?: string
  createdAt?: string
  lastModified?: string
  sha?: string
  author?: string
  usedStorage?: number
  safetensors?: { parameters?: Record<string, number>; total?: number }
  gguf?: { total?: number; context_length?: number; architecture?: string }
  cardData?: Record<string, unknown>
}

/** What a list may be asked; the same words as in its address. */
export interface RepoListQuery {
  search?: string | undefined
  author?: string | undefined
  pipeline_tag?: string | undefined
  library?: string | undefined
  license?: string | undefined
  language?: string | undefined
  sort?: string | undefined
  limit?: string | undefined
  cursor?: string | undefined
}

export interface RepoPage {
  items: RepoFacts[]
  nextCursor: string | undefined
}

const shared = ['author', 'private', 'gated', 'downloads', 'likes', 'lastModified', 'createdAt', 'tags']
const expand = { model: [...shared, 'pipeline_tag', 'library_name', 'safetensors', 'gguf'], dataset: shared }
const routes = { model: listModels, dataset: listDatasets }
const defined = (query: RepoListQuery) => Object.fromEntries(Object.entries(query).filter(([, value]) => value))

/** One page of a list. */
export async function listReposPage(kind: RepoKindName, query: RepoListQuery, signal?: AbortSignal): Promise<RepoPage> {
  const response = await api.send(routes[kind], {
    query: { ...defined(query), expand: expand[kind] },
    ...(signal ? { signal } : {}),
  })
  const next = nextPage(response.headers)
  return {
    items: (await response.json()) as RepoFacts[],
    nextCursor: next ? (new URL(next).searchParams.get('cursor') ?? undefined) : undefined,
  }
}

/** A whole list, page after page. */
export const reposQuery = (kind: RepoKindName, query: RepoListQuery) =>
  infiniteQueryOptions({
    queryKey: [routes[kind].id, query],
    queryFn: ({ pageParam, signal }) =>
      listReposPage(kind, { limit: '60', ...query, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

/** Parameters of a model's weights, if its files tell. */
export const parametersOf = (repo: RepoFacts): number | undefined => repo.safetensors?.total ?? repo.gguf?.total

const tagValue = (repo: RepoFacts, prefix: string) =>
  repo.tags?.find((tag) => tag.startsWith(prefix))?.slice(prefix.length)
export const licenceOf = (repo: RepoFacts): string | undefined => tagValue(repo, 'license:')
