import { getRevenue, type ResponseOf } from '@stoa/contracts'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { api } from './api.js'
import { type Period, spanOf } from './period.js'

export type Revenue = ResponseOf<typeof getRevenue>
const everyMs = 5_000

/** What an account earned in a period, by listing. */
export const revenueQuery = (account: string, period: Period) =>
  queryOptions({
    queryKey: [getRevenue.id, account, period],
    queryFn: ({ signal }) =>
      api.call(getRevenue, {
        query: { account, from: spanOf(period, new Date()).from, groupBy: 'listing' },
        signal,
      }),
    refetchInterval: everyMs,
  })

/** Revenue of several accounts; those not known yet are left out. */
export function useRevenues(accounts: readonly string[], period: Period): { account: string; revenue: Revenue }[] {
  const results = useQueries({ queries: accounts.map((account) => revenueQuery(account, period)) })
  return results.flatMap((result, index) => {
    const account = accounts[index]
    return result.data && account ? [{ account, revenue: result.data }] : []
  })
}

/**
 * Whose revenue is shown to a person who named none: the account that sold most, the first one where nothing was sold.
 * Undefined until every account is known, so that nobody reads one account's figures while another's are coming.
 */
export function useBestSeller(accounts: readonly string[], period: Period): string | undefined {
  const results = useQueries({ queries: accounts.map((account) => revenueQuery(account, period)) })
  if (results.some(({ isPending }) => isPending)) return undefined
  const gross = results.map(({ data }) => BigInt(data?.total.grossMicros ?? 0))
  const most = gross.reduce((best, micros, index) => (micros > (gross[best] ?? 0n) ? index : best), 0)
  return accounts[most]
}
