import {
  datasetInfo,
  listCommits,
  listRefs,
  listRootTree,
  listTree,
  modelInfo,
  pathsInfo,
  renderedCard,
  type TreeEntryJson,
} from '@stoa/contracts'
import { nextPage } from '@stoa/sdk'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import type { RepoFacts, RepoKindName } from './repo-list.js'

/** `ns/name` of a kind, as the parameters of the Hub's paths. */
export function repoParams(kind: RepoKindName, id: string) {
  const [namespace = '', name = ''] = id.split('/')
  return { kind: kind === 'model' ? ('models' as const) : ('datasets' as const), namespace, name }
}

export const repoQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [kind === 'model' ? modelInfo.id : datasetInfo.id, id],
    queryFn: async ({ signal }) => {
      const { namespace, name } = repoParams(kind, id)
      return (await api.call(kind === 'model' ? modelInfo : datasetInfo, {
        params: { namespace, name },
        query: { blobs: 'true' },
        signal,
      })) as RepoFacts
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

/** Entries of a folder with the last commit of each, a page at a time. */
export const treeQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  infiniteQueryOptions({
    queryKey: [listTree.id, kind, id, rev, path],
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...repoParams(kind, id), rev }
      const query = { expand: 'true', ...(pageParam ? { cursor: pageParam } : {}) }
      const response = path
        ? await api.send(listTree, { params: { ...params, '*': path }, query, signal })
        : await api.send(listRootTree, { params, query, signal })
      const next = nextPage(response.headers)
      return {
        entries: (await response.json()) as TreeEntryJson[],
        cursor: next ? (new URL(next).searchParams.get('cursor') ?? undefined) : undefined,
      }
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor,
  })

const commitsPage = 50

export const commitsQuery = (kind: RepoKindName, id: string, rev: string) =>
  infiniteQueryOptions({
    queryKey: [listCommits.id, kind, id, rev],
    queryFn: ({ pageParam, signal }) =>
      api.call(listCommits, {
        params: { ...repoParams(kind, id), rev },
        query: { p: String(pageParam), limit: String(commitsPage) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => (page.length === commitsPage ? pages.length : undefined),
  })

/** Address of the bytes of a file. */
export const resolvePath = (kind: RepoKindName, id: string, rev: string, path: string) =>
  `${kind === 'model' ? '' : '/datasets'}/${id}/resolve/${encodeURIComponent(rev)}/${path.split('/').map(encodeURIComponent).join('/')}`

/** Bytes of a file shown in the browser; the rest is for downloading. */
export const shownBytes = 512 * 1024

export interface BlobView {
  entry: TreeEntryJson | undefined
  /** Undefined when the file is not text. */
  text: string | undefined
}

/** A file's facts and, when it is text, its beginning. */
export const blobQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: ['blob', kind, id, rev, path],
    queryFn: async ({ signal }): Promise<BlobView> => {
      const found = await api.send(pathsInfo, {
        params: { ...repoParams(kind, id), rev },
        body: { paths: [path], expand: true },
        signal,
      })
      const [entry] = (await found.json()) as TreeEntryJson[]
      if (entry?.type !== 'file') return { entry, text: undefined }
      const response = await fetch(
        resolvePath(kind, id, rev, path),
        entry.size > 0 ? { signal, headers: { range: `bytes=0-${shownBytes - 1}` } } : { signal },
      )
      const bytes = new Uint8Array(await response.arrayBuffer())
      return { entry, text: response.ok ? textOf(bytes) : undefined }
    },
  })

/** UTF-8 text, or undefined for anything else; a character cut at the end is forgiven. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8000).includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}
