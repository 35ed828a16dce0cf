import {
  datasetInfo,
  getRepoSettings,
  getRepoStorage,
  listCommits,
  listRefs,
  modelInfo,
  renderedCard,
} from '@stoa/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import type { RepoFacts, RepoKindName } from './repo-list.js'

/** A commit as lists show it. */
export interface Commit {
  id: string
  title: string
  message: string
  authors: { user: string; avatar?: string | undefined }[]
  date: string
}

/** The same page of a model and of a dataset: routes of models are named, datasets have theirs under `/datasets`. */
export const at = <Path extends `/$ns/$repo${string}`>(kind: RepoKindName, path: Path): Path =>
  (kind === 'model' ? path : `/datasets${path}`) as Path

/** `ns/name` of a kind, as the parameters of the Hub's paths. */
export function repoParams(kind: RepoKindName, id: string) {
  const [namespace = '', name = ''] = id.split('/')
  return { kind: kind === 'model' ? ('models' as const) : ('datasets' as const), namespace, name }
}

/** Everything but the list of files, which is long where there are many. */
const sharedKeys = [
  'author',
  'cardData',
  'createdAt',
  'downloads',
  'gated',
  'lastModified',
  'likes',
  'private',
  'sha',
  'tags',
  'usedStorage',
]
const infoKeys = { model: [...sharedKeys, 'gguf', 'library_name', 'pipeline_tag', 'safetensors'], dataset: sharedKeys }

export const repoQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [kind === 'model' ? modelInfo.id : datasetInfo.id, id],
    queryFn: async ({ signal }) => {
      const { namespace, name } = repoParams(kind, id)
      return (await api.call(kind === 'model' ? modelInfo : datasetInfo, {
        params: { namespace, name },
        query: { expand: infoKeys[kind] },
        signal,
      })) as RepoFacts
    },
  })

/** What a repository stores, and what deduplication saves. */
export const storageQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [getRepoStorage.id, kind, id],
    queryFn: ({ signal }) => {
      const { namespace, name } = repoParams(kind, id)
      return api.call(getRepoStorage, { params: { type: kind, namespace, name }, signal })
    },
  })

export const cardQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [renderedCard.id, kind, id],
    queryFn: ({ signal }) => {
      const { namespace, name } = repoParams(kind, id)
      return api.call(renderedCard, { params: { type: kind, namespace, name }, query: {}, signal })
    },
  })

export const refsQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [listRefs.id, kind, id],
    queryFn: ({ signal }) => api.call(listRefs, { params: repoParams(kind, id), query: {}, signal }),
  })

const commitsPage = 50

/** History of a revision, or of one file or folder of it. */
export const commitsQuery = (kind: RepoKindName, id: string, rev: string, path = '') =>
  infiniteQueryOptions({
    queryKey: [listCommits.id, kind, id, rev, path],
    queryFn: ({ pageParam, signal }) =>
      api.call(listCommits, {
        params: { ...repoParams(kind, id), rev },
        query: { p: String(pageParam), limit: String(commitsPage), ...(path ? { path } : {}) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => (page.length === commitsPage ? pages.length : undefined),
  })

/** The newest commit of a revision or path, and how many there are; the count only where it is cheap to know. */
export const headCommitQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: [listCommits.id, 'head', kind, id, rev, path],
    queryFn: async ({ signal }) => {
      const response = await api.send(listCommits, {
        params: { ...repoParams(kind, id), rev },
        query: { limit: '1', ...(path ? { path } : {}) },
        signal,
      })
      const [commit] = (await response.json()) as Commit[]
      const total = response.headers.get('x-total-count')
      return { commit: commit ?? null, total: total === null ? null : Number(total) }
    },
  })

/** What only those who administer the repository are told. */
export const repoSettingsQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [getRepoSettings.id, kind, id],
    queryFn: () => api.call(getRepoSettings, { params: repoParams(kind, id) }),
  })
