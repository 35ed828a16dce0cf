import type { CommitNode, Repo } from '../repos/index.js'
import type { DiscussionEventRow } from './queries/discussion-events.js'
import type { DiscussionRow } from './queries/discussions.js'

interface Authored {
  readonly authorId: string
  readonly authorName: string
  readonly createdAt: Date
}

const authorOf = ({ authorId, authorName }: Authored) => ({
  _id: authorId,
  name: authorName,
  fullname: authorName,
  type: 'user' as const,
})

/** A discussion as lists show it (hub-api 2.01). */
export function showDiscussion(repo: Repo, row: DiscussionRow) {
  return {
    num: row.num,
    title: row.title,
    createdAt: row.createdAt.toISOString(),
    status: row.status,
    isPullRequest: row.isPullRequest,
    repo: { name: repo.fullName, type: repo.type },
    author: authorOf(row),
    numComments: row.numComments,
    pinned: false,
  }
}

interface CommentFacts extends Authored {
  readonly id: string
  readonly raw: string
  readonly edits: number
  readonly editedAt: Date | null
  readonly hiddenBy: string | null
}

function showComment(comment: CommentFacts) {
  const author = authorOf(comment)
  const updatedAt = (comment.editedAt ?? comment.createdAt).toISOString()
  const latest = { raw: comment.raw, html: '', updatedAt, author }
  const data = {
    edited: comment.edits > 0,
    hidden: comment.hiddenBy !== null,
    latest,
    numEdits: comment.edits,
    reactions: [],
  }
  return { id: comment.id, type: 'comment', createdAt: comment.createdAt.toISOString(), author, data }
}

/** The description, as the first comment; it has the discussion's id. */
export function showOpening(row: DiscussionRow) {
  const { description: raw, descriptionEdits: edits, descriptionEditedAt: editedAt } = row
  return showComment({ ...row, raw, edits, editedAt, hiddenBy: row.descriptionHiddenBy })
}

export function showEvent(row: DiscussionEventRow) {
  if (row.type === 'comment') return showComment({ ...row, raw: row.body })
  const data = row.type === 'status-change' ? { status: row.body } : { from: row.earlier ?? '', to: row.body }
  return { id: row.id, type: row.type, createdAt: row.createdAt.toISOString(), author: authorOf(row), data }
}

/** A commit of a pull request among its events. */
export function showCommit(commit: CommitNode, subject: string) {
  return {
    id: commit.oid,
    type: 'commit',
    createdAt: commit.committedAt.toISOString(),
    data: { subject, oid: commit.oid },
  }
}
