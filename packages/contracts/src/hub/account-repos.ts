import { z } from 'zod'
import { route } from '../define.js'
import { dateText, queryInt, repoType } from './scalars.js'

/** Repositories of a page. */
export const ACCOUNT_REPO_PAGE = 1000

const query = z.object({
  search: z.string().max(200).optional(),
  type: repoType.optional(),
  limit: queryInt(1, ACCOUNT_REPO_PAGE, ACCOUNT_REPO_PAGE),
  sort: z.enum(['storage', 'updatedAt']).optional(),
  direction: z.string().max(10).optional(),
  cursor: z.string().max(20).optional(),
})

const item = z.object({
  id: z.string(),
  type: repoType,
  updatedAt: dateText,
  visibility: z.enum(['public', 'private']),
  /** Bytes of git data and large files. */
  storage: z.number(),
  /** Share of what all repositories of the account take. */
  storagePercent: z.number(),
})

const base = { family: 'hub', method: 'GET', auth: 'user', query, response: z.array(item) } as const

/** What an account stores, repository by repository (hub-api 2.47, 2.48). */
export const listOwnRepos = route({
  ...base,
  id: 'hub.settings.repositories',
  path: '/api/settings/repositories',
  summary: 'Repositories of the caller with the bytes they take',
  errors: [],
})

export const listOrgRepos = route({
  ...base,
  id: 'hub.organizations.repositories',
  path: '/api/organizations/:name/settings/repositories',
  summary: 'Repositories of an organisation with the bytes they take, for its members',
  params: z.object({ name: z.string().min(1).max(96) }),
  errors: ['Forbidden', 'NotFound'],
})
