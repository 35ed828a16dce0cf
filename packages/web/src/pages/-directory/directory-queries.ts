import { directories } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

export const directoriesQuery = queryOptions({
  queryKey: [directories.list.id],
  queryFn: ({ signal }) => api.call(directories.list, { signal }),
})
