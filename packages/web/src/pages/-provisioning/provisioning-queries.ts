import { provisioning } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

export const provisioningQuery = (name: string) =>
  queryOptions({
    queryKey: [provisioning.get.id, name],
    queryFn: ({ signal }) => api.call(provisioning.get, { params: { name }, signal }),
  })

export const activityQuery = (name: string) =>
  queryOptions({
    queryKey: [provisioning.activity.id, name],
    queryFn: ({ signal }) => api.call(provisioning.activity, { params: { name }, signal }),
  })
