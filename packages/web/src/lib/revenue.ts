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

/** The account that sold most: whose revenue is shown to a person who named none. */
export function bestSeller(revenues: readonly { account: string; revenue: Revenue }[]): string | undefined {
  const sold = revenues.filter(({ revenue }) => BigInt(revenue.total.grossMicros) > 0n)
  return sold.toSorted((a, b) => Number(BigInt(b.revenue.total.grossMicros) - BigInt(a.revenue.total.grossMicros)))[0]
    ?.account
}
