import { queryOptions } from '@tanstack/react-query'
import { listReposPage, reposQuery } from '../../lib/repo-list.js'

/** What a visitor sees first of the catalogue. */
export const newestModels = reposQuery('model', { sort: 'lastModified', limit: '6' })

/** The newest models of one account. */
export const ownModelsQuery = (account: string) =>
  queryOptions({
    queryKey: ['home.own-models', account],
    queryFn: ({ signal }) => listReposPage('model', { author: account, sort: 'lastModified', limit: '6' }, signal),
  })
