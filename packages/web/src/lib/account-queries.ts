import { orgOverview, StoaError, userOverview } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.js'

export interface AccountFacts {
  type: 'user' | 'org'
  name: string
  fullname: string
  avatarUrl: string
  details: string | undefined
  createdAt: string | undefined
  orgs: { name: string; fullname: string; avatarUrl: string }[]
  memberCount: number | undefined
  /** Somebody who runs this server checked who is behind it. */
  isVerified: boolean
}

/** A person or an organisation; names are one space, so a name that is no person is asked for as an organisation. */
export const accountQuery = (name: string) =>
  queryOptions({
    queryKey: [userOverview.id, name],
    queryFn: async ({ signal }): Promise<AccountFacts> => {
      try {
        const { user, fullname, avatarUrl, details, createdAt, orgs, isVerified } = await api.call(userOverview, {
          params: { name },
          signal,
        })
        return {
          ...{ type: 'user', name: user, fullname, avatarUrl, details, createdAt, orgs, isVerified },
          memberCount: undefined,
        }
      } catch (error) {
        if (!(error instanceof StoaError && error.status === 404)) throw error
        const org = await api.call(orgOverview, { params: { name }, signal })
        return {
          type: 'org',
          name: org.name,
          fullname: org.fullname,
          avatarUrl: org.avatarUrl,
          details: org.details,
          createdAt: undefined,
          orgs: [],
          memberCount: org.numUsers,
          isVerified: org.isVerified,
        }
      }
    },
  })
