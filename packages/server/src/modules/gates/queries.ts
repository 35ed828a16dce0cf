import { sql } from 'kysely'
import type { Db, Tx } from '../../kit/db/database.js'
import type { AccessAnswers, AccessRequest, AccessStatus } from './access-request.js'

interface AccessRow extends Omit<AccessRequest, 'status' | 'fields'> {
  readonly status: string
  readonly fields: unknown
}

const toRequest = (row: AccessRow): AccessRequest => ({
  ...row,
  status: row.status as AccessStatus,
  fields: row.fields as AccessAnswers,
})

/** Whether this person was let in. */
export async function isLetIn(db: Db, repoId: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('gates.accessRequests')
    .select('id')
    .where('repoId', '=', repoId)
    .where('userId', '=', userId)
    .where('status', '=', 'accepted')
    .executeTakeFirst()
  return row !== undefined
}

export async function findRequestOf(db: Db | Tx, repoId: string, userId: string): Promise<AccessRequest | null> {
  const row = await db
    .selectFrom('gates.accessRequests')
    .selectAll()
    .where('repoId', '=', repoId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row ? toRequest(row) : null
}

export async function findRequestById(db: Db | Tx, repoId: string, id: string): Promise<AccessRequest | null> {
  const row = await db
    .selectFrom('gates.accessRequests')
    .selectAll()
    .where('repoId', '=', repoId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? toRequest(row) : null
}

/** Where a page of requests begins: after the last one of the page before. */
export interface RequestPlace {
  readonly requestedAt: Date
  readonly id: string
}

/** One page, the newest first; `status` null takes every state. */
export async function listRequests(
  db: Db,
  repoId: string,
  page: { readonly status: AccessStatus | null; readonly after: RequestPlace | null; readonly limit: number },
): Promise<AccessRequest[]> {
  let query = db
    .selectFrom('gates.accessRequests')
    .selectAll()
    .where('repoId', '=', repoId)
    .orderBy('requestedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.status !== null) query = query.where('status', '=', page.status)
  if (page.after !== null) {
    const { requestedAt, id } = page.after
    query = query.where(sql<boolean>`(requested_at, id) < (${requestedAt}::timestamptz, ${id})`)
  }
  return (await query.execute()).map(toRequest)
}

export async function countRequests(db: Db, repoId: string): Promise<Readonly<Record<AccessStatus, number>>> {
  const rows = await db
    .selectFrom('gates.accessRequests')
    .select(['status', (eb) => eb.fn.countAll<bigint | string>().as('count')])
    .where('repoId', '=', repoId)
    .groupBy('status')
    .execute()
  const count = (status: AccessStatus): number => Number(rows.find((row) => row.status === status)?.count ?? 0)
  return { pending: count('pending'), accepted: count('accepted'), rejected: count('rejected') }
}

/** What a person asked for, the newest first. */
export async function listRequestsOf(db: Db, userId: string, limit: number): Promise<AccessRequest[]> {
  const rows = await db
    .selectFrom('gates.accessRequests')
    .selectAll()
    .where('userId', '=', userId)
    .orderBy('requestedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toRequest)
}

/** Stores a request; false when the person stands at this gate already. */
export async function insertRequest(tx: Tx, request: AccessRequest): Promise<boolean> {
  const inserted = await tx
    .insertInto('gates.accessRequests')
    .values({ ...request, fields: JSON.stringify(request.fields) })
    .onConflict((conflict) => conflict.columns(['repoId', 'userId']).doNothing())
    .executeTakeFirst()
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export type RequestChange = Partial<
  Pick<AccessRequest, 'status' | 'fields' | 'requestedAt' | 'isGrant' | 'reviewedBy' | 'reviewedAt' | 'rejectionReason'>
>

/** Changes a request that is in the given state; false when it is not, so that of two reviewers one decides. */
export async function updateRequest(tx: Tx, id: string, from: AccessStatus, change: RequestChange): Promise<boolean> {
  const { fields, ...rest } = change
  const changed = await tx
    .updateTable('gates.accessRequests')
    .set({ ...rest, ...(fields === undefined ? {} : { fields: JSON.stringify(fields) }) })
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Takes a request away unless it was turned down; false when nothing was there to take. */
export async function deleteOpenRequest(tx: Tx, repoId: string, userId: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('gates.accessRequests')
    .where('repoId', '=', repoId)
    .where('userId', '=', userId)
    .where('status', '!=', 'rejected')
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

export interface NoticeRow {
  readonly mode: string
  readonly emailSealed: Buffer | null
}

/** How the owner of a repository wants to be told; null when nobody said. */
export async function findNoticeRow(db: Db | Tx, repoId: string): Promise<NoticeRow | null> {
  const row = await db
    .selectFrom('gates.notices')
    .select(['mode', 'emailSealed'])
    .where('repoId', '=', repoId)
    .executeTakeFirst()
  return row ?? null
}

export async function upsertNotice(tx: Tx, repoId: string, row: NoticeRow): Promise<void> {
  await tx
    .insertInto('gates.notices')
    .values({ repoId, ...row })
    .onConflict((conflict) => conflict.column('repoId').doUpdateSet(row))
    .execute()
}

export async function deleteNotice(tx: Tx, repoId: string): Promise<boolean> {
  const gone = await tx.deleteFrom('gates.notices').where('repoId', '=', repoId).executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** Requests of one repository that no letter told of. */
export interface Untold {
  readonly repoId: string
  readonly pending: number
  readonly accepted: number
}

/** Repositories where somebody asked between two moments and no letter told of it, by id. */
export async function listUntold(db: Db, between: { after: Date; upTo: Date }, limit: number): Promise<Untold[]> {
  const rows = await db
    .selectFrom('gates.accessRequests')
    .select((eb) => [
      'repoId',
      eb.fn.countAll<bigint | string>().filterWhere('status', '=', 'pending').as('pending'),
      eb.fn.countAll<bigint | string>().filterWhere('status', '=', 'accepted').as('accepted'),
    ])
    .where('toldAt', 'is', null)
    .where('isGrant', '=', false)
    .where('requestedAt', '>', between.after)
    .where('requestedAt', '<=', between.upTo)
    .groupBy('repoId')
    .orderBy('repoId')
    .limit(limit)
    .execute()
  return rows.map(({ repoId, pending, accepted }) => ({ repoId, pending: Number(pending), accepted: Number(accepted) }))
}

export async function markTold(tx: Tx, repoIds: readonly string[], upTo: Date, at: Date): Promise<void> {
  await tx
    .updateTable('gates.accessRequests')
    .set({ toldAt: at })
    .where('toldAt', 'is', null)
    .where('repoId', 'in', [...repoIds])
    .where('requestedAt', '<=', upTo)
    .execute()
}
