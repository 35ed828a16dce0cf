import { type FactorsView, getFactors } from '@stoa/contracts'
import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api } from './api.js'
import { hasPasskeys } from './passkeys.js'
import { sessionQuery } from './session.js'

export const factorsQuery = queryOptions({
  queryKey: [getFactors.id],
  queryFn: ({ signal }) => api.call(getFactors, { signal }),
})

/** After a change of factors everything that shows them is asked anew. */
export function useRefreshFactors(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await client.invalidateQueries(factorsQuery)
    await client.invalidateQueries(sessionQuery)
  }
}

/** Whether passkeys can be used in this browser at this address. */
export const passkeysWorkHere = (factors: Pick<FactorsView, 'passkeyOrigin'>): boolean =>
  hasPasskeys() && factors.passkeyOrigin === window.location.origin
