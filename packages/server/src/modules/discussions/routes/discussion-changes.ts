import {
  changeDiscussionStatus,
  commentDiscussion,
  editComment as editCommentRoute,
  hideComment as hideCommentRoute,
  mergePullRequest as mergeRoute,
  refuse,
  renameDiscussion as renameRoute,
} from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'
import type { Http } from '../../../kit/http/server.js'
import { demandPullRequestRight, type RepoAddress } from '../../repos/index.js'
import type { DiscussionDeps, SignedIn } from '../deps.js'
import {
  changeStatus,
  comment,
  editComment,
  hideComment,
  type Participant,
  renameDiscussion,
} from '../change-discussion.js'
import { mergePullRequest } from '../merge-pull-request.js'
import { showEvent, showOpening } from '../show-discussion.js'
import { findDiscussionEvent } from '../queries/discussion-events.js'
import { findDiscussion } from '../queries/discussions.js'

interface Asked {
  readonly actor: SignedIn
  readonly request: FastifyRequest
  readonly params: RepoAddress & { readonly num: string }
}

/** What people do in a discussion (hub-api 2.05 to 2.10). */
export function bindDiscussionChanges(http: Http, deps: DiscussionDeps): void {
  const hub = http.scope('hub')
  hub.bind(commentDiscussion, async (asked) => {
    const event = await comment(deps, await open(deps, asked), asked.body.comment)
    asked.reply.code(201)
    return { newMessage: showEvent(event) }
  })
  hub.bind(editCommentRoute, async (asked) => {
    const by = await open(deps, asked)
    await editComment(deps, by, asked.params.commentId, asked.body.content)
    return { updatedComment: await showAgain(deps, by, asked.params.commentId) }
  })
  hub.bind(hideCommentRoute, async (asked) => {
    const by = await open(deps, asked)
    await hideComment(deps, by, asked.params.commentId)
    return { updatedComment: await showAgain(deps, by, asked.params.commentId) }
  })
  hub.bind(changeDiscussionStatus, async (asked) => {
    const { status, comment: text } = asked.body
    return { newStatus: showEvent(await changeStatus(deps, await open(deps, asked), status, text ?? '')) }
  })
  hub.bind(renameRoute, async (asked) => {
    return { newTitle: showEvent(await renameDiscussion(deps, await open(deps, asked), asked.body.title)) }
  })
  hub.bind(mergeRoute, async (asked) => {
    return { mergeCommitId: await mergePullRequest(deps, await open(deps, asked), asked.body?.comment ?? '') }
  })
}

async function open(deps: DiscussionDeps, asked: Asked): Promise<Participant> {
  const { repo, right } = await deps.repos.openRepo(asked, 'read')
  demandPullRequestRight(asked.actor, repo)
  const discussion = await findDiscussion(deps.db, repo.id, Number(asked.params.num))
  if (!discussion) throw refuse('NotFound', 'There is no such discussion.')
  return { actor: asked.actor, repo, right, discussion }
}

async function showAgain(deps: DiscussionDeps, { repo, discussion }: Participant, commentId: string) {
  if (commentId !== discussion.id) {
    const event = await findDiscussionEvent(deps.db, commentId)
    if (event) return showEvent(event)
  }
  const row = await findDiscussion(deps.db, repo.id, discussion.num)
  if (!row) throw refuse('NotFound', 'There is no such discussion.')
  return showOpening(row)
}
