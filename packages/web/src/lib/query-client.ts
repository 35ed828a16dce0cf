import { StoaError } from '@stoa/contracts'
import { QueryClient } from '@tanstack/react-query'

const freshMs = 15_000
const maxRetries = 2

/** Server state, keyed by contract id. A refusal is an answer and is not asked again; silence is. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshMs,
      retry: (count, error) => !(error instanceof StoaError && error.status < 500) && count < maxRetries,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
