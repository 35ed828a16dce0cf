import { getUsage, type ResponseOf } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import { type Period, spanOf } from './period.js'

export type Usage = ResponseOf<typeof getUsage>
const everyMs = 5_000

export const usageQuery = (
  account: string,
  period: Period,
  groupBy: 'resource' | 'hour' | 'day' | 'month',
  resource?: string,
) =>
  queryOptions({
    queryKey: [getUsage.id, account, period, groupBy, resource],
    queryFn: ({ signal }) =>
      api.call(getUsage, {
        query: { account, from: spanOf(period, new Date()).from, groupBy, ...(resource ? { resource } : {}) },
        signal,
      }),
    refetchInterval: everyMs,
  })
