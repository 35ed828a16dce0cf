import { z } from 'zod'
import { route } from '../define.js'
import { repoParams } from './scalars.js'

/** Opens a discussion, or a draft pull request whose ref starts at the head of the default branch (hub-api 2.02). */
export const createDiscussion = route({
  id: 'hub.discussions.create',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/discussions',
  summary: 'Open a discussion or a draft pull request',
  auth: 'write',
  params: repoParams,
  body: z.object({
    title: z.string().min(1).max(200),
    description: z.string().max(65_536).nullish(),
    pullRequest: z.boolean().nullish(),
  }),
  response: z.object({ url: z.string(), num: z.number(), pullRequest: z.boolean() }),
  errors: ['RepoNotFound', 'Forbidden', 'InsufficientScope', 'GatedRepo'],
})
