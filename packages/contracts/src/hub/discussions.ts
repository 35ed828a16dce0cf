import { z } from 'zod'
import { route } from '../define.js'
import { discussionEvent, discussionNumber } from './pull-requests.js'
import { repoParams } from './scalars.js'

const DISCUSSION = '/api/:kind/:namespace/:name/discussions/:num'
const MAX_COMMENT = 65_536
const params = repoParams.extend({ num: discussionNumber })
const commentParams = params.extend({ commentId: z.string().max(24) })
const comment = z.string().min(1).max(MAX_COMMENT)
const errors = ['RepoNotFound', 'Forbidden', 'InsufficientScope', 'GatedRepo', 'NotFound', 'Conflict'] as const

/** Hub-api 2.05: answers 201. */
export const commentDiscussion = route({
  id: 'hub.discussions.comment',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/comment`,
  summary: 'Comment on a discussion or pull request',
  auth: 'write',
  params,
  body: z.object({ comment }),
  response: z.object({ newMessage: discussionEvent }),
  errors: [...errors],
})

export const editComment = route({
  id: 'hub.discussions.comment.edit',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/comment/:commentId/edit`,
  summary: 'Change one’s own comment',
  auth: 'write',
  params: commentParams,
  body: z.object({ content: comment }),
  response: z.object({ updatedComment: discussionEvent }),
  errors: [...errors],
})

export const hideComment = route({
  id: 'hub.discussions.comment.hide',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/comment/:commentId/hide`,
  summary: 'Hide a comment for good; its content is emptied',
  auth: 'write',
  params: commentParams,
  response: z.object({ updatedComment: discussionEvent }),
  errors: [...errors],
})

export const changeDiscussionStatus = route({
  id: 'hub.discussions.status',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/status`,
  summary: 'Close, reopen, or take a pull request out of draft',
  auth: 'write',
  params,
  body: z.object({ status: z.enum(['open', 'closed']), comment: z.string().max(MAX_COMMENT).nullish() }),
  response: z.object({ newStatus: discussionEvent }),
  errors: [...errors],
})

export const renameDiscussion = route({
  id: 'hub.discussions.title',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/title`,
  summary: 'Give a discussion another title',
  auth: 'write',
  params,
  body: z.object({ title: z.string().trim().min(1).max(200) }),
  response: z.object({ newTitle: discussionEvent }),
  errors: [...errors],
})

/** One commit on the branch; refused while it is a draft or where both sides changed a file (hub-api 2.10). */
export const mergePullRequest = route({
  id: 'hub.discussions.merge',
  family: 'hub',
  method: 'POST',
  path: `${DISCUSSION}/merge`,
  summary: 'Merge a pull request into its branch',
  auth: 'write',
  params,
  body: z.object({ comment: z.string().max(MAX_COMMENT).nullish() }).nullish(),
  response: z.object({ mergeCommitId: z.string() }),
  errors: [...errors, 'MergeConflict', 'RefConflict', 'RevisionNotFound'],
})
