import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'

export type LetterState = 'queued' | 'sending' | 'waiting' | 'sent' | 'handed_over' | 'failed' | 'withdrawn' | 'expired'

/** Letters that still have somewhere to go, or that somebody should look at. */
const OPEN: readonly LetterState[] = ['queued', 'sending', 'waiting', 'failed']

export interface LetterRow {
  readonly id: string
  readonly messageId: string
  readonly kind: string
  readonly recipientSealed: Buffer | null
  readonly bodySealed: Buffer | null
  readonly state: LetterState
  readonly attempts: number
  readonly error: string | null
  readonly createdAt: Date
  readonly dueAt: Date
  readonly settledAt: Date | null
  readonly worthlessAt: Date | null
}

const COLUMNS = [
  'id',
  'messageId',
  'kind',
  'recipientSealed',
  'bodySealed',
  'state',
  'attempts',
  'error',
  'createdAt',
  'dueAt',
  'settledAt',
  'worthlessAt',
] as const

type SelectedRow = Omit<LetterRow, 'state'> & { readonly state: string }
const toRow = (row: SelectedRow): LetterRow => ({ ...row, state: row.state as LetterState })

export interface NewLetterRow {
  readonly id: string
  readonly messageId: string
  readonly kind: string
  readonly subjectId: string | null
  readonly about: string | null
  readonly recipientHash: Buffer
  readonly recipientSealed: Buffer
  readonly bodySealed: Buffer
  readonly createdAt: Date
  readonly worthlessAt: Date | null
}

export async function insertLetters(tx: Tx, letters: readonly NewLetterRow[]): Promise<void> {
  const rows = letters.map((letter) => ({ ...letter, state: 'queued', dueAt: letter.createdAt }))
  await tx.insertInto('kit.letters').values(rows).execute()
}

export interface RecentCount {
  readonly hash: string
  readonly lastHour: number
  readonly lastDay: number
}

/** Letters of the last hour and day, by recipient (hex of the keyed hash). */
export async function countRecent(db: Db | Tx, hashes: readonly Buffer[], now: Date): Promise<RecentCount[]> {
  const hourAgo = new Date(now.getTime() - 3_600_000)
  const dayAgo = new Date(now.getTime() - 24 * 3_600_000)
  const rows = await db
    .selectFrom('kit.letters')
    .select((eb) => [
      'recipientHash',
      eb.fn.countAll<bigint>().as('lastDay'),
      eb.fn.countAll<bigint>().filterWhere('createdAt', '>', hourAgo).as('lastHour'),
    ])
    .where('recipientHash', 'in', [...hashes])
    .where('createdAt', '>', dayAgo)
    .groupBy('recipientHash')
    .execute()
  return rows.map((row) => ({
    hash: row.recipientHash.toString('hex'),
    lastHour: Number(row.lastHour),
    lastDay: Number(row.lastDay),
  }))
}

/** Takes the letter that is due longest, or whose sender went silent; this attempt is counted. */
export async function claimLetter(tx: Tx, now: Date, leaseUntil: Date): Promise<LetterRow | null> {
  const due = tx
    .selectFrom('kit.letters')
    .select('id')
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'queued'), eb('dueAt', '<=', now)]),
        eb.and([eb('state', '=', 'sending'), eb('leaseUntil', '<', now)]),
      ]),
    )
    .orderBy('dueAt')
    .limit(1)
    .forUpdate()
    .skipLocked()
  const row = await tx
    .updateTable('kit.letters')
    .set({ state: 'sending', leaseUntil, attempts: sql`attempts + 1` })
    .where('id', 'in', due)
    .returning(COLUMNS)
    .executeTakeFirst()
  return row ? toRow(row) : null
}

export interface Outcome {
  readonly state: LetterState
  readonly error: string | null
  readonly settledAt: Date | null
  readonly dueAt?: Date
}

/** Writes down how an attempt ended; nothing when the letter was withdrawn or taken over meanwhile. */
export async function finishAttempt(
  tx: Tx,
  letter: Pick<LetterRow, 'id' | 'attempts'>,
  outcome: Outcome,
): Promise<void> {
  await tx
    .updateTable('kit.letters')
    .set({ ...outcome, leaseUntil: null })
    .where('id', '=', letter.id)
    .where('state', '=', 'sending')
    .where('attempts', '=', letter.attempts)
    .execute()
}

/** When the next letter is due; null when none waits. */
export async function findNextDue(db: Db | Tx): Promise<Date | null> {
  const row = await db
    .selectFrom('kit.letters')
    .select('dueAt')
    .where('state', '=', 'queued')
    .orderBy('dueAt')
    .limit(1)
    .executeTakeFirst()
  return row?.dueAt ?? null
}

export async function findLetter(db: Db | Tx, id: string): Promise<LetterRow | null> {
  const row = await db.selectFrom('kit.letters').select(COLUMNS).where('id', '=', id).executeTakeFirst()
  return row ? toRow(row) : null
}

/** Newest first; `open` leaves out what arrived or was given up. Ids sort by time. */
export async function listLetters(
  db: Db | Tx,
  page: { readonly isOpen: boolean; readonly before?: string | undefined; readonly limit: number },
): Promise<LetterRow[]> {
  let query = db.selectFrom('kit.letters').select(COLUMNS).orderBy('createdAt', 'desc').orderBy('id', 'desc')
  if (page.isOpen) query = query.where('state', 'in', OPEN)
  if (page.before !== undefined) {
    const last = db.selectFrom('kit.letters').where('id', '=', page.before)
    query = query.where((eb) =>
      eb.or([
        eb('createdAt', '<', last.select('createdAt')),
        eb.and([eb('createdAt', '=', last.select('createdAt')), eb('id', '<', page.before ?? '')]),
      ]),
    )
  }
  return (await query.limit(page.limit).execute()).map(toRow)
}

export async function countByState(db: Db | Tx): Promise<{ state: LetterState; count: number }[]> {
  const rows = await db
    .selectFrom('kit.letters')
    .select((eb) => ['state', eb.fn.countAll<bigint>().as('count')])
    .where('state', 'in', OPEN)
    .groupBy('state')
    .execute()
  return rows.map((row) => ({ state: row.state as LetterState, count: Number(row.count) }))
}

/** Puts a letter into another state if it is in one of these; false when it is not. */
export async function moveLetter(
  tx: Tx,
  id: string,
  from: readonly LetterState[],
  change: { readonly state: LetterState; readonly settledAt: Date | null; readonly dueAt?: Date; attempts?: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('kit.letters')
    .set({ ...change, leaseUntil: null })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What belongs to a link that is worth nothing any more leaves no more; what it said is forgotten at once. */
export async function withdrawLetters(tx: Tx, about: readonly string[], now: Date): Promise<void> {
  if (about.length === 0) return
  await tx
    .updateTable('kit.letters')
    .set({ state: 'withdrawn', settledAt: now, bodySealed: null, recipientSealed: null, leaseUntil: null })
    .where('about', 'in', [...about])
    .where('state', 'in', OPEN)
    .execute()
}

/** Letters whose link ended before they left. */
export async function expireLetters(tx: Tx, now: Date): Promise<void> {
  await tx
    .updateTable('kit.letters')
    .set({ state: 'expired', settledAt: now, bodySealed: null, leaseUntil: null })
    .where('worthlessAt', '<', now)
    .where('state', 'in', ['queued', 'waiting', 'failed'])
    .execute()
}

/** A mail server was configured: what waited for a person leaves by itself. */
export async function queueWaiting(tx: Tx, now: Date): Promise<number> {
  const result = await tx
    .updateTable('kit.letters')
    .set({ state: 'queued', dueAt: now, attempts: 0 })
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export async function forgetBodies(tx: Tx, settledBefore: Date): Promise<void> {
  await tx
    .updateTable('kit.letters')
    .set({ bodySealed: null, recipientSealed: null })
    .where('settledAt', '<', settledBefore)
    .where((eb) => eb.or([eb('bodySealed', 'is not', null), eb('recipientSealed', 'is not', null)]))
    .execute()
}

export async function deleteLetters(tx: Tx, settledBefore: Date): Promise<void> {
  await tx.deleteFrom('kit.letters').where('settledAt', '<', settledBefore).execute()
}
