import { z } from 'zod'
import { route } from '../define.js'
import { dateText, queryFlag, queryInt, repoParams } from './scalars.js'

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

/** In an address. */
export const discussionNumber = z.string().regex(/^\d{1,9}$/)

const author = z.object({ _id: z.string(), name: z.string(), fullname: z.string(), type: z.literal('user') })

/** Author is left out, never null, when the account is gone (hub-api 5.1). */
export const discussionEvent = z.object({
  id: z.string(),
  type: z.string(),
  createdAt: dateText,
  author: author.optional(),
  data: z.looseObject({}),
})

export const getDiscussion = route({
  id: 'hub.discussions.get',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/discussions/:num',
  summary: 'A discussion or pull request with its events',
  auth: 'optional',
  params: repoParams.extend({ num: discussionNumber }),
  query: z.object({ diff: queryFlag }),
  response: z.object({
    num: z.number(),
    title: z.string(),
    createdAt: dateText,
    status: z.enum(['draft', 'open', 'closed', 'merged']),
    isPullRequest: z.boolean(),
    repo: z.object({ name: z.string(), type: z.string() }),
    author: author.optional(),
    numComments: z.number(),
    pinned: z.boolean(),
    events: z.array(discussionEvent),
    /** Of a pull request only. */
    changes: z.object({ base: z.string(), mergeCommitId: z.string().optional() }).optional(),
    /** False when the pull request can be merged. */
    filesWithConflicts: z.union([z.boolean(), z.array(z.string())]).optional(),
    diff: z.string().optional(),
  }),
  errors: ['RepoNotFound', 'GatedRepo', 'NotFound'],
})

const discussionItem = z.object({
  num: z.number(),
  title: z.string(),
  createdAt: dateText,
  status: z.enum(['draft', 'open', 'closed', 'merged']),
  isPullRequest: z.boolean(),
  repo: z.object({ name: z.string(), type: z.string() }),
  author: author.optional(),
  numComments: z.number(),
  pinned: z.boolean(),
})

/** Discussions of a page. */
export const DISCUSSION_PAGE = 50

/** Newest first; `open` includes drafts (hub-api 2.01). */
export const listDiscussions = route({
  id: 'hub.discussions.list',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/discussions',
  summary: 'Discussions and pull requests of a repository',
  auth: 'optional',
  params: repoParams,
  query: z.object({
    p: queryInt(0, 1_000_000, 0),
    type: z.enum(['all', 'discussion', 'pull_request']).optional(),
    status: z.enum(['all', 'open', 'closed']).optional(),
    author: z.string().max(200).optional(),
  }),
  response: z.object({
    discussions: z.array(discussionItem),
    count: z.number(),
    start: z.number(),
    numClosedDiscussions: z.number(),
  }),
  errors: ['RepoNotFound', 'GatedRepo'],
})
