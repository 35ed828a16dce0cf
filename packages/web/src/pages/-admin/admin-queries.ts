import {
  getAccountQuota,
  getPlatformAccount,
  getPlatformOverview,
  getPlatformStorage,
  getRetention,
  type JOB_STATES,
  listAllOpenings,
  listJobs,
  listPlatformAccounts,
} from '@stoa/contracts'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

const liveMs = 3_000

export const overviewQuery = queryOptions({
  queryKey: [getPlatformOverview.id],
  queryFn: ({ signal }) => api.call(getPlatformOverview, { signal }),
})

export interface AccountFilter {
  search?: string
  state?: 'active' | 'suspended' | 'removed'
}

export const accountsQuery = (kind: 'user' | 'org', filter: AccountFilter) =>
  infiniteQueryOptions({
    queryKey: [listPlatformAccounts.id, kind, filter],
    queryFn: ({ pageParam, signal }) =>
      api.call(listPlatformAccounts, {
        query: { kind, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const platformAccountQuery = (name: string) =>
  queryOptions({
    queryKey: [getPlatformAccount.id, name],
    queryFn: ({ signal }) => api.call(getPlatformAccount, { params: { name }, signal }),
  })

export const quotaQuery = (account: string) =>
  queryOptions({
    queryKey: [getAccountQuota.id, account],
    queryFn: ({ signal }) => api.call(getAccountQuota, { params: { account }, signal }),
  })

export interface JobFilter {
  state?: (typeof JOB_STATES)[number]
  kind?: string
}

/** Background work, asked again while the page is looked at. */
export const jobsQuery = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: [listJobs.id, filter],
    queryFn: ({ pageParam, signal }) =>
      api.call(listJobs, { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
  })

export const platformStorageQuery = queryOptions({
  queryKey: [getPlatformStorage.id],
  queryFn: ({ signal }) => api.call(getPlatformStorage, { signal }),
  // A run is followed while it goes on.
  refetchInterval: ({ state: { data } }) =>
    data?.collections.some(({ state }) => state === 'queued' || state === 'running') ? liveMs : false,
})

export const openingsQuery = queryOptions({
  queryKey: [listAllOpenings.id],
  queryFn: ({ signal }) => api.call(listAllOpenings, { signal }),
})

export const retentionQuery = queryOptions({
  queryKey: [getRetention.id],
  queryFn: ({ signal }) => api.call(getRetention, { signal }),
  refetchInterval: ({ state: { data } }) =>
    data?.runs.some(({ state }) => state === 'queued' || state === 'running') ? liveMs : false,
})
