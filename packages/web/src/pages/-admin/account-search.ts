import type { AccountFilter } from './admin-queries.js'

export const ACCOUNT_STATES = ['active', 'suspended', 'removed'] as const

/** What stands in the address: the filter, and whose panel is open. */
export interface AccountSearch extends AccountFilter {
  account?: string
}

export const parseAccountSearch = (search: Record<string, unknown>): AccountSearch => ({
  ...(typeof search['search'] === 'string' ? { search: search['search'] } : {}),
  ...(ACCOUNT_STATES.includes(search['state'] as 'active') ? { state: search['state'] as 'active' } : {}),
  ...(typeof search['account'] === 'string' ? { account: search['account'] } : {}),
})
