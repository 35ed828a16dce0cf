import { listPlatformAccounts } from '@stoa/contracts'
import type { QueryKey } from '@tanstack/react-query'
import { platformAccountQuery } from './admin-queries.js'

/** What must be asked anew after an account changed. */
export const refreshOf = (name: string): QueryKey[] => [[listPlatformAccounts.id], platformAccountQuery(name).queryKey]
