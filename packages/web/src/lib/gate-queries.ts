import { type AccessRequestJson, getGate, getStorage, listAccessRequests, listMyAccessRequests } from '@stoa/contracts'
import { nextPage } from '@stoa/sdk'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import type { RepoKindName } from './repo-list.js'
import { repoParams } from './repo-queries.js'

/** The repository a gate belongs to. */
export interface GatePlace {
  kind: RepoKindName
  ns: string
  repo: string
}

/** The gate of a repository and how one stands before it. */
export const gateQuery = (kind: RepoKindName, id: string) =>
  queryOptions({
    queryKey: [getGate.id, kind, id],
    queryFn: ({ signal }) => api.call(getGate, { params: repoParams(kind, id), signal }),
  })

export type AccessStatus = AccessRequestJson['status']

/** Who stands at a gate, by what was decided; a page at a time. */
export const accessRequestsQuery = (kind: RepoKindName, id: string, status: AccessStatus) =>
  infiniteQueryOptions({
    queryKey: [listAccessRequests.id, kind, id, status],
    queryFn: async ({ pageParam, signal }) => {
      const response = await api.send(listAccessRequests, {
        params: { ...repoParams(kind, id), status },
        query: pageParam ? { after: pageParam } : {},
        signal,
      })
      const next = nextPage(response.headers)
      return {
        requests: (await response.json()) as AccessRequestJson[],
        after: next ? (new URL(next).searchParams.get('after') ?? undefined) : undefined,
      }
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.after,
  })

export const myAccessRequestsQuery = queryOptions({
  queryKey: [listMyAccessRequests.id],
  queryFn: ({ signal }) => api.call(listMyAccessRequests, { signal }),
})

export const storageQuery = (name: string) =>
  queryOptions({
    queryKey: [getStorage.id, name],
    queryFn: ({ signal }) => api.call(getStorage, { params: { name }, signal }),
  })
