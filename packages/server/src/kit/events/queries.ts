import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'

/** One event on its way to one handler. */
export interface Delivery {
  readonly eventId: bigint
  readonly handler: string
  /** This attempt included. */
  readonly attempts: number
  readonly payload: unknown
}

interface NewEvent {
  readonly name: string
  readonly payload: string
  readonly createdAt: Date
  readonly handlers: readonly string[]
}

export async function insertEvent(tx: Tx, event: NewEvent): Promise<void> {
  const { name, payload, createdAt, handlers } = event
  await tx
    .with('event', (make) => make.insertInto('kit.outbox').values({ name, payload, createdAt }).returning('id'))
    .insertInto('kit.deliveries')
    .columns(['eventId', 'handler', 'dueAt'])
    .expression((make) =>
      make
        .selectFrom(['event', sql<{ handler: string }>`unnest(${handlers}::text[])`.as<'told'>(sql`told(handler)`)])
        .select(['event.id', 'told.handler', sql<Date>`${createdAt}::timestamptz`.as('dueAt')]),
    )
    .execute()
}

interface ClaimOptions {
  readonly handlers: readonly string[]
  readonly now: Date
  /** Until then nobody else takes them; afterwards whoever took them is taken to be dead. */
  readonly leaseUntil: Date
  readonly limit: number
}

/** Takes the oldest due deliveries, in the order of their events. */
export async function claimDeliveries(tx: Tx, options: ClaimOptions): Promise<Delivery[]> {
  const due = tx
    .selectFrom('kit.deliveries')
    .select(['eventId', 'handler'])
    .where('handler', 'in', options.handlers)
    .where('dueAt', '<=', options.now)
    .orderBy('eventId')
    .limit(options.limit)
    .forUpdate()
    .skipLocked()
  const claimed = await tx
    .with('due', () => due)
    .updateTable('kit.deliveries as d')
    .from('due')
    .innerJoin('kit.outbox as o', 'o.id', 'due.eventId')
    .set({ dueAt: options.leaseUntil, attempts: sql`attempts + 1` })
    .whereRef('d.eventId', '=', 'due.eventId')
    .whereRef('d.handler', '=', 'due.handler')
    .returning(['d.eventId', 'd.handler', 'd.attempts', 'o.payload'])
    .execute()
  return claimed.sort((a, b) => Number(a.eventId - b.eventId))
}

/** Forgets deliveries, and an event with its last one. Who ends those of one event together takes turns, or none would be the last. */
export async function finishDeliveries(tx: Tx, taken: readonly Delivery[]): Promise<void> {
  const ids = [...new Set(taken.map((delivery) => delivery.eventId))].sort((a, b) => Number(a - b))
  await tx.selectFrom('kit.outbox').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
  const events = taken.map((delivery) => delivery.eventId)
  const handlers = taken.map((delivery) => delivery.handler)
  await sql`delete from kit.deliveries as d using unnest(${events}::bigint[], ${handlers}::text[]) as t(event_id, handler)
    where d.event_id = t.event_id and d.handler = t.handler`.execute(tx)
  await tx
    .deleteFrom('kit.outbox as o')
    .where('id', 'in', ids)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('kit.deliveries as d').select(sql`1`.as('one')).whereRef('d.eventId', '=', 'o.id'))),
    )
    .execute()
}

export async function postponeDelivery(
  tx: Tx,
  { eventId, handler }: Delivery,
  change: { dueAt: Date; error: string },
): Promise<void> {
  await tx
    .updateTable('kit.deliveries')
    .set(change)
    .where('eventId', '=', eventId)
    .where('handler', '=', handler)
    .execute()
}

/** Deliveries that failed before: what an operator should look at. */
export async function listFailingDeliveries(db: Db, limit: number) {
  return await db
    .selectFrom('kit.deliveries as d')
    .innerJoin('kit.outbox as o', 'o.id', 'd.eventId')
    .select(['d.eventId', 'o.name', 'd.handler', 'd.attempts', 'd.dueAt', 'd.error'])
    .where('d.error', 'is not', null)
    .orderBy('d.eventId')
    .limit(limit)
    .execute()
}
