import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { includesRight, type Repo, type Right } from '../repos/index.js'
import type { DiscussionDeps, SignedIn } from './deps.js'
import {
  type DiscussionEventRow,
  emptyComment,
  emptyDescription,
  findDiscussionEvent,
  insertDiscussionEvent,
  lockDiscussion,
  type NewDiscussionEvent,
  updateComment,
  updateDescription,
  updateDiscussion,
} from './queries/discussion-events.js'
import { type DiscussionRow, findDiscussion } from './queries/discussions.js'

/** Events of one discussion. */
const MAX_EVENTS = 2_000

/** Somebody who may read the repository and take part in its discussions, before one of them. */
export interface Participant {
  readonly actor: SignedIn
  readonly repo: Repo
  readonly right: Right
  readonly discussion: DiscussionRow
}

export async function comment(deps: DiscussionDeps, by: Participant, text: string): Promise<DiscussionEventRow> {
  return await addEvent(deps, by, async () => ({ type: 'comment', body: text, earlier: null }))
}

/** Throws `Forbidden` unless the comment is the actor's own, `NotFound` when there is none, `Conflict` when it is hidden. */
export async function editComment(
  deps: DiscussionDeps,
  by: Participant,
  commentId: string,
  text: string,
): Promise<void> {
  const own = await findComment(deps, by, commentId)
  if (own.authorId !== by.actor.userId) throw refuse('Forbidden', 'This comment is somebody else’s.')
  if (own.hiddenBy !== null) throw refuse('Conflict', 'This comment was hidden.')
  const change = own.isOpening ? updateDescription : updateComment
  await deps.write((tx) => change(tx, commentId, text, deps.clock.now()))
}

/** Empties a comment for good: one's own, or any with write access. */
export async function hideComment(deps: DiscussionDeps, by: Participant, commentId: string): Promise<void> {
  const found = await findComment(deps, by, commentId)
  if (found.authorId !== by.actor.userId) demandWrite(by)
  const change = found.isOpening ? emptyDescription : emptyComment
  await deps.write((tx) => change(tx, commentId, by.actor.userId))
}

/** Closes or reopens; a draft becomes open. Throws `Conflict` when it is merged or like this already. */
export async function changeStatus(
  deps: DiscussionDeps,
  by: Participant,
  status: 'open' | 'closed',
  text: string,
): Promise<DiscussionEventRow> {
  demandWriteOrAuthor(by)
  const event = await addEvent(deps, by, async (tx, now) => {
    if (now.status === 'merged') throw refuse('Conflict', 'This pull request is merged.')
    if (now.status === status) throw refuse('Conflict', `This is ${status} already.`)
    await updateDiscussion(tx, by.discussion.id, { status })
    return { type: 'status-change', body: status, earlier: null }
  })
  if (text !== '') await comment(deps, by, text)
  return event
}

export async function renameDiscussion(
  deps: DiscussionDeps,
  by: Participant,
  title: string,
): Promise<DiscussionEventRow> {
  demandWriteOrAuthor(by)
  return await addEvent(deps, by, async (tx, now) => {
    await updateDiscussion(tx, by.discussion.id, { title })
    return { type: 'title-change', body: title, earlier: now.title }
  })
}

/** Adds what happened, in the transaction that lets it happen. */
export async function addEvent(
  deps: DiscussionDeps,
  by: Participant,
  happen: (
    tx: Tx,
    now: { readonly status: string; readonly title: string },
  ) => Promise<Pick<NewDiscussionEvent, 'type' | 'body' | 'earlier'>>,
): Promise<DiscussionEventRow> {
  return await deps.write(async (tx) => {
    const now = await lockDiscussion(tx, by.discussion.id)
    if (!now) throw refuse('NotFound', 'There is no such discussion.')
    const event: NewDiscussionEvent = {
      ...(await happen(tx, now)),
      id: deps.ids.next(),
      discussionId: by.discussion.id,
      authorId: by.actor.userId,
      authorName: by.actor.name,
      createdAt: deps.clock.now(),
    }
    const hasRoom = await insertDiscussionEvent(tx, event, MAX_EVENTS)
    if (!hasRoom) throw refuse('Conflict', 'This discussion is full. Open another one.')
    return { ...event, seq: 0, edits: 0, editedAt: null, hiddenBy: null }
  })
}

interface FoundComment {
  readonly authorId: string
  readonly hiddenBy: string | null
  readonly isOpening: boolean
}

async function findComment(deps: DiscussionDeps, { discussion, repo }: Participant, id: string): Promise<FoundComment> {
  if (id === discussion.id) {
    const now = await findDiscussion(deps.db, repo.id, discussion.num)
    if (now) return { authorId: now.authorId, hiddenBy: now.descriptionHiddenBy, isOpening: true }
  }
  const event = await findDiscussionEvent(deps.db, id)
  const isComment = event?.discussionId === discussion.id && event.type === 'comment'
  if (!event || !isComment) throw refuse('NotFound', 'There is no such comment.')
  return { authorId: event.authorId, hiddenBy: event.hiddenBy, isOpening: false }
}

/** Throws `Forbidden` unless the actor may change the repository. */
export function demandWrite({ right, repo }: Participant): void {
  if (!includesRight(right, 'write')) throw refuse('Forbidden', `You have no write access to ${repo.fullName}.`)
}

function demandWriteOrAuthor(by: Participant): void {
  if (by.discussion.authorId !== by.actor.userId) demandWrite(by)
}
