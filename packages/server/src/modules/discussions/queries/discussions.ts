import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

export interface NewDiscussion {
  readonly id: string
  readonly repoId: string
  readonly title: string
  readonly description: string
  readonly status: 'draft' | 'open' | 'closed' | 'merged'
  readonly isPullRequest: boolean
  /** The branch a pull request wants to change. */
  readonly baseRef: string | null
  readonly authorId: string
  readonly authorName: string
  readonly createdAt: Date
}

/** Adds a discussion under the repository's next number, which it returns. The caller holds the repository's row. */
export async function insertDiscussion(tx: Tx, discussion: NewDiscussion): Promise<number> {
  const last = await tx
    .selectFrom('discussions.discussions')
    .select((eb) => eb.fn.max('num').as('num'))
    .where('repoId', '=', discussion.repoId)
    .executeTakeFirst()
  const num = Number(last?.num ?? 0) + 1
  await tx
    .insertInto('discussions.discussions')
    .values({ ...discussion, num })
    .execute()
  return num
}

export interface DiscussionRow extends NewDiscussion {
  readonly num: number
  readonly descriptionEdits: number
  readonly descriptionEditedAt: Date | null
  readonly descriptionHiddenBy: string | null
  /** Of a merged pull request. */
  readonly mergeCommit: string | null
  /** The description and the comments after it. */
  readonly numComments: number
}

const COMMENTS = sql<number>`(1 + (
  select count(*) from discussions.discussion_events e where e.discussion_id = discussions.discussions.id and e.type = 'comment'
))::int`.as('numComments')

export async function findDiscussion(db: Db, repoId: string, num: number): Promise<DiscussionRow | null> {
  const row = await db
    .selectFrom('discussions.discussions')
    .selectAll()
    .select(COMMENTS)
    .where('repoId', '=', repoId)
    .where('num', '=', num)
    .executeTakeFirst()
  return (row as DiscussionRow | undefined) ?? null
}

/** Who opened a pull request; null when there is none with this number. */
export async function findPullRequestAuthor(db: Db, repoId: string, num: number): Promise<string | null> {
  const row = await db
    .selectFrom('discussions.discussions')
    .select('authorId')
    .where('repoId', '=', repoId)
    .where('num', '=', num)
    .where('isPullRequest', '=', true)
    .executeTakeFirst()
  return row?.authorId ?? null
}

export interface DiscussionFilter {
  readonly isPullRequest: boolean | null
  readonly statuses: readonly string[] | null
  readonly authorName: string | null
}

/** Discussions newest first from `start`, and how many there are. */
export async function listDiscussionRows(
  db: Db,
  repoId: string,
  filter: DiscussionFilter,
  page: { readonly start: number; readonly limit: number },
): Promise<{ rows: DiscussionRow[]; count: number }> {
  let query = db.selectFrom('discussions.discussions').where('repoId', '=', repoId)
  if (filter.isPullRequest !== null) query = query.where('isPullRequest', '=', filter.isPullRequest)
  if (filter.statuses !== null) query = query.where('status', 'in', filter.statuses)
  if (filter.authorName !== null) query = query.where(sql`lower(author_name)`, '=', filter.authorName.toLowerCase())
  const rows = await query
    .selectAll()
    .select(COMMENTS)
    .orderBy('num', 'desc')
    .offset(page.start)
    .limit(page.limit)
    .execute()
  const total = await query.select((eb) => eb.fn.countAll<bigint | string>().as('count')).executeTakeFirstOrThrow()
  return { rows: rows as DiscussionRow[], count: Number(total.count) }
}

/** Commits that pull requests of a repository were merged as. */
export async function listMergeCommits(db: Db, repoId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('discussions.discussions')
    .select('mergeCommit')
    .where('repoId', '=', repoId)
    .where('mergeCommit', 'is not', null)
    .execute()
  return rows.flatMap((row) => row.mergeCommit ?? [])
}
