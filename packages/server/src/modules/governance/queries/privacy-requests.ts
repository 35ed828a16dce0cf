import type { Db, Tx } from '../../../kit/db/database.js'

export type RequestState = 'waiting' | 'ready' | 'fulfilled' | 'withdrawn' | 'failed'

export interface PrivacyRequestRow {
  readonly id: string
  readonly userId: string
  readonly kind: 'export' | 'erasure'
  readonly state: RequestState
  readonly secretHash: string | null
  readonly options: unknown
  readonly createdAt: Date
  readonly dueAt: Date
  readonly runAt: Date | null
  readonly expiresAt: Date | null
}

const COLUMNS = [
  'id',
  'userId',
  'kind',
  'state',
  'secretHash',
  'options',
  'createdAt',
  'dueAt',
  'runAt',
  'expiresAt',
] as const

type Selected = Omit<PrivacyRequestRow, 'kind' | 'state'> & { readonly kind: string; readonly state: string }
const toRow = (row: Selected): PrivacyRequestRow => row as PrivacyRequestRow

export async function insertRequest(tx: Tx, request: PrivacyRequestRow): Promise<void> {
  await tx
    .insertInto('governance.privacyRequests')
    .values({ ...request, options: JSON.stringify(request.options) })
    .execute()
}

/** A person's requests, newest first. */
export async function listRequests(db: Db | Tx, userId: string, limit: number): Promise<PrivacyRequestRow[]> {
  const rows = await db
    .selectFrom('governance.privacyRequests')
    .select(COLUMNS)
    .where('userId', '=', userId)
    .orderBy('createdAt', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toRow)
}

/** Erasures whose cooling-off is over. */
export async function listDueErasures(db: Db | Tx, now: Date): Promise<PrivacyRequestRow[]> {
  const rows = await db
    .selectFrom('governance.privacyRequests')
    .select(COLUMNS)
    .where('kind', '=', 'erasure')
    .where('state', '=', 'waiting')
    .where('runAt', '<=', now)
    .orderBy('runAt')
    .execute()
  return rows.map(toRow)
}

/** Takes the erasure that waits; null when there is none. */
export async function withdrawWaiting(tx: Tx, userId: string, now: Date): Promise<string | null> {
  const row = await tx
    .updateTable('governance.privacyRequests')
    .set({ state: 'withdrawn', doneAt: now })
    .where('userId', '=', userId)
    .where('kind', '=', 'erasure')
    .where('state', '=', 'waiting')
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

/** Uses an export's link up; null when it is not theirs, was used or has run out. */
export async function useExport(
  tx: Tx,
  use: { readonly id: string; readonly userId: string; readonly secretHash: string; readonly now: Date },
): Promise<boolean> {
  const result = await tx
    .updateTable('governance.privacyRequests')
    .set({ state: 'fulfilled', secretHash: null, doneAt: use.now })
    .where('id', '=', use.id)
    .where('userId', '=', use.userId)
    .where('kind', '=', 'export')
    .where('state', '=', 'ready')
    .where('secretHash', '=', use.secretHash)
    .where('expiresAt', '>', use.now)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function finishErasure(tx: Tx, id: string, receipt: object, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('governance.privacyRequests')
    .set({ state: 'fulfilled', receipt: JSON.stringify(receipt), doneAt: now })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
