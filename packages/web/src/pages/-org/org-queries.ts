import {
  getOrg,
  listAccessRules,
  listResourceGroups,
  listServiceAccounts,
  orgMembers,
  previewMember,
  type ResponseOf,
} from '@stoa/contracts'
import { nextPage } from '@stoa/sdk'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

export const orgQuery = (name: string) =>
  queryOptions({
    queryKey: [getOrg.id, name],
    queryFn: ({ signal }) => api.call(getOrg, { params: { name }, signal }),
  })

export type Member = ResponseOf<typeof orgMembers>[number]
export type MemberRole = NonNullable<Member['role']>
export const ROLES: readonly MemberRole[] = ['admin', 'write', 'contributor', 'read', 'no_access']

const PAGE = 50

/** Members by name, page after page; `search` is the beginning of a name. */
export const memberPagesQuery = (name: string, search: string) =>
  infiniteQueryOptions({
    queryKey: [orgMembers.id, name, { search }],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) }
      const answer = await api.send(orgMembers, { params: { name }, query, signal })
      const next = nextPage(answer.headers)
      return {
        members: (await answer.json()) as Member[],
        nextCursor: next ? (new URL(next).searchParams.get('cursor') ?? undefined) : undefined,
      }
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })

export const previewQuery = (name: string, user: string, role: MemberRole) =>
  queryOptions({
    queryKey: [previewMember.id, name, user, role],
    queryFn: ({ signal }) => api.call(previewMember, { params: { name, user }, query: { role }, signal }),
  })

export const groupsQuery = (name: string) =>
  queryOptions({
    queryKey: [listResourceGroups.id, name],
    queryFn: ({ signal }) => api.call(listResourceGroups, { params: { name }, signal }),
  })

export const servicesQuery = (name: string) =>
  queryOptions({
    queryKey: [listServiceAccounts.id, name],
    queryFn: ({ signal }) => api.call(listServiceAccounts, { params: { name }, signal }),
  })

export const rulesQuery = queryOptions({
  queryKey: [listAccessRules.id],
  queryFn: ({ signal }) => api.call(listAccessRules, { signal }),
})
