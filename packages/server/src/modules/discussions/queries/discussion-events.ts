import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

export interface NewDiscussionEvent {
  readonly id: string
  readonly discussionId: string
  readonly type: 'comment' | 'status-change' | 'title-change'
  /** The comment, the new status or the new title. */
  readonly body: string
  /** The title before. */
  readonly earlier: string | null
  readonly authorId: string
  readonly authorName: string
  readonly createdAt: Date
}

export interface DiscussionEventRow extends NewDiscussionEvent {
  readonly seq: number
  readonly edits: number
  readonly editedAt: Date | null
  readonly hiddenBy: string | null
}

/** In the order in which they happened. */
export async function listDiscussionEvents(db: Db, discussionId: string): Promise<DiscussionEventRow[]> {
  const rows = await db
    .selectFrom('discussions.discussionEvents')
    .selectAll()
    .where('discussionId', '=', discussionId)
    .orderBy('seq')
    .execute()
  return rows as DiscussionEventRow[]
}

export async function findDiscussionEvent(db: Db, id: string): Promise<DiscussionEventRow | null> {
  const row = await db.selectFrom('discussions.discussionEvents').selectAll().where('id', '=', id).executeTakeFirst()
  return (row as DiscussionEventRow | undefined) ?? null
}

/** The discussion's status now; its row stays locked until the transaction ends. */
export async function lockDiscussion(tx: Tx, discussionId: string): Promise<{ status: string; title: string } | null> {
  const row = await tx
    .selectFrom('discussions.discussions')
    .select(['status', 'title'])
    .where('id', '=', discussionId)
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}

/** Adds an event as the next one, unless there are `limit` already. The caller holds the discussion's row. */
export async function insertDiscussionEvent(tx: Tx, event: NewDiscussionEvent, limit: number): Promise<boolean> {
  const last = await tx
    .selectFrom('discussions.discussionEvents')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('discussionId', '=', event.discussionId)
    .executeTakeFirst()
  const seq = Number(last?.seq ?? 0) + 1
  if (seq > limit) return false
  await tx
    .insertInto('discussions.discussionEvents')
    .values({ ...event, seq })
    .execute()
  return true
}

export async function updateComment(tx: Tx, id: string, body: string, at: Date): Promise<void> {
  await tx
    .updateTable('discussions.discussionEvents')
    .set({ body, editedAt: at, edits: sql`edits + 1` })
    .where('id', '=', id)
    .execute()
}

export async function emptyComment(tx: Tx, id: string, hiddenBy: string): Promise<void> {
  await tx.updateTable('discussions.discussionEvents').set({ body: '', hiddenBy }).where('id', '=', id).execute()
}

export async function updateDescription(tx: Tx, id: string, description: string, at: Date): Promise<void> {
  await tx
    .updateTable('discussions.discussions')
    .set({ description, descriptionEditedAt: at, descriptionEdits: sql`description_edits + 1` })
    .where('id', '=', id)
    .execute()
}

export async function emptyDescription(tx: Tx, id: string, hiddenBy: string): Promise<void> {
  await tx
    .updateTable('discussions.discussions')
    .set({ description: '', descriptionHiddenBy: hiddenBy })
    .where('id', '=', id)
    .execute()
}

export async function updateDiscussion(
  tx: Tx,
  id: string,
  change: { status?: 'open' | 'closed' | 'merged'; title?: string; mergeCommit?: string },
): Promise<void> {
  await tx.updateTable('discussions.discussions').set(change).where('id', '=', id).execute()
}
