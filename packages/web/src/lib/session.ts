import { useCallback } from 'react'
import { session as sessionRoute, type SessionView } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api } from './api.js'

const freshMs = 60_000

/** Who is signed in, and what this server allows. */
export const sessionQuery = queryOptions({
  queryKey: [sessionRoute.id],
  queryFn: ({ signal }) => api.call(sessionRoute, { signal }),
  staleTime: freshMs,
})

export type SessionUser = NonNullable<SessionView['user']>

/** The session; the root's loader has it before any page shows. */
export const useSession = (): SessionView => useSuspenseQuery(sessionQuery).data

/** Takes over a session that a sign-in answered: what others may see is asked anew. */
export function useEnterSession(): (session: SessionView | null) => Promise<void> {
  const client = useQueryClient()
  return useCallback(
    async (session) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionRoute.id })
      if (session) client.setQueryData(sessionQuery.queryKey, session)
      else await client.invalidateQueries(sessionQuery)
    },
    [client],
  )
}

/** Accounts the person may publish and pay under: themselves and organisations they may write to. */
export function writableAccounts(session: SessionView): { name: string; type: 'user' | 'org' }[] {
  if (!session.user) return []
  const orgs = session.orgs
    .filter((org) => org.role !== 'read')
    .map((org) => ({ name: org.name, type: 'org' as const }))
  return [{ name: session.user.name, type: 'user' }, ...orgs]
}
