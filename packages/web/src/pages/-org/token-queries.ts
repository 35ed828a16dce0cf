import { getNetworkSecurity, getTokenPolicy, listOrgTokens, type OrgTokenView } from '@stoa/contracts'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

export type Standing = OrgTokenView['standing']
export const STANDINGS: readonly Standing[] = ['pending', 'open', 'approved', 'denied', 'revoked']

export const tokenPolicyQuery = (name: string) =>
  queryOptions({
    queryKey: [getTokenPolicy.id, name],
    queryFn: ({ signal }) => api.call(getTokenPolicy, { params: { name }, signal }),
  })

export const networksQuery = (name: string) =>
  queryOptions({
    queryKey: [getNetworkSecurity.id, name],
    queryFn: ({ signal }) => api.call(getNetworkSecurity, { params: { name }, signal }),
  })

export const orgTokensKey = (name: string) => [listOrgTokens.id, name]

/** Tokens that reach an organisation, page after page. */
export const orgTokensQuery = (name: string, standing: Standing | undefined) =>
  infiniteQueryOptions({
    queryKey: [...orgTokensKey(name), { standing }],
    queryFn: ({ pageParam, signal }) =>
      api.call(listOrgTokens, {
        params: { name },
        query: { ...(standing ? { standing } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
