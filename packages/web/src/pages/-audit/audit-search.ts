import { listAuditEvents } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

/** Filters of the audit log, as they stand in the address. */
export interface AuditSearch {
  actor?: string
  action?: string
  target?: string
  outcome?: 'success' | 'denied' | 'failed'
  from?: string
  to?: string
  cursor?: number
  event?: number
}

const OUTCOMES = ['success', 'denied', 'failed'] as const
const DAY = /^\d{4}-\d{2}-\d{2}$/
const PAGE = 50

/** Reads filters from an address; what is not one is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const text = (key: string) => (search[key] ? { [key]: String(search[key]).slice(0, 200) } : {})
  const day = (key: string) => (DAY.test(String(search[key])) ? { [key]: String(search[key]) } : {})
  const whole = (key: string) => (Number(search[key]) >= 1 ? { [key]: Math.trunc(Number(search[key])) } : {})
  const outcome = OUTCOMES.find((one) => one === search['outcome'])
  return {
    ...text('actor'),
    ...text('action'),
    ...text('target'),
    ...(outcome ? { outcome } : {}),
    ...day('from'),
    ...day('to'),
    ...whole('cursor'),
    ...whole('event'),
  }
}

/** What the server is asked: days are whole days, UTC. */
export function filterOf(search: AuditSearch) {
  const { from, to, cursor: _, event: __, ...rest } = search
  return {
    ...rest,
    ...(from ? { from: `${from}T00:00:00.000Z` } : {}),
    ...(to ? { to: new Date(Date.parse(`${to}T00:00:00.000Z`) + 86_400_000).toISOString() } : {}),
  }
}

export const auditQuery = (chain: string, search: AuditSearch) => {
  const { event: _, ...asked } = search
  const query = { chain, ...filterOf(asked), limit: PAGE, ...(search.cursor ? { cursor: search.cursor } : {}) }
  return queryOptions({
    queryKey: [listAuditEvents.id, query],
    queryFn: ({ signal }) => api.call(listAuditEvents, { query, signal }),
  })
}
