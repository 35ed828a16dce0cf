import { sql } from 'kysely'
import type { Clock } from '../clock.js'
import type { Db, Tx } from '../db/database.js'
import type { Log } from '../log.js'

export type EventHandler = (payload: never) => Promise<void>

/** Facts announced in the transaction of the change and delivered after it, at least once; handlers are idempotent. */
export interface Events {
  emit(tx: Tx, name: string, payload: object): Promise<void>
  /** `handler` is a stable name: it identifies what was delivered. */
  on(name: string, handler: string, take: EventHandler): void
  /** Resolves when everything emitted so far has been taken; for tests and the demo. */
  drained(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export interface EventDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly clock: Clock
  readonly log: Log
}

interface Subscription {
  readonly event: string
  readonly handler: string
  readonly take: EventHandler
}

const SWEEP_MS = 500
const BATCH = 100
const RETRY_MAX_MS = 60_000

export function createEvents(deps: EventDeps): Events {
  const subscriptions: Subscription[] = []
  let timer: NodeJS.Timeout | null = null
  let running: Promise<number> = Promise.resolve(0)
  const sweepOnce = (): Promise<number> => {
    running = running.catch(() => 0).then(() => deliverDue(deps, subscriptions))
    return running
  }
  return {
    emit: (tx, name, payload) => insertEvent(deps, tx, name, payload, subscriptions),
    on: (event, handler, take) => void subscriptions.push({ event, handler, take }),
    drained: async () => {
      while ((await sweepOnce()) > 0);
    },
    start: () => {
      timer = setInterval(
        () => void sweepOnce().catch((error) => deps.log.error('event delivery failed', error)),
        SWEEP_MS,
      )
      timer.unref()
    },
    stop: async () => {
      if (timer) clearInterval(timer)
      await running.catch(() => 0)
    },
  }
}

async function insertEvent(
  deps: EventDeps,
  tx: Tx,
  name: string,
  payload: object,
  all: readonly Subscription[],
): Promise<void> {
  const handlers = all.filter((one) => one.event === name)
  if (handlers.length === 0) return
  const createdAt = deps.clock.now()
  const event = await tx
    .insertInto('kit.outbox')
    .values({ name, payload: JSON.stringify(payload), createdAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tx
    .insertInto('kit.deliveries')
    .values(handlers.map(({ handler }) => ({ eventId: event.id, handler, dueAt: createdAt })))
    .execute()
}

/** Takes one batch of due deliveries in order; returns how many it tried. */
async function deliverDue(deps: EventDeps, subscriptions: readonly Subscription[]): Promise<number> {
  const due = await deps.db
    .selectFrom('kit.deliveries as d')
    .innerJoin('kit.outbox as o', 'o.id', 'd.eventId')
    .select(['d.eventId', 'd.handler', 'd.attempts', 'o.payload'])
    .where('d.dueAt', '<=', deps.clock.now())
    .orderBy('d.eventId')
    .limit(BATCH)
    .execute()
  for (const delivery of due) {
    const subscription = subscriptions.find((one) => one.handler === delivery.handler)
    try {
      if (subscription) await subscription.take(delivery.payload as never)
      await deps.write((tx) => finish(tx, delivery.eventId, delivery.handler))
    } catch (error) {
      deps.log.error('an event handler failed', error, { handler: delivery.handler })
      await deps.write((tx) => postpone(deps, tx, delivery, String(error)))
    }
  }
  return due.length
}

async function finish(tx: Tx, eventId: bigint, handler: string): Promise<void> {
  await tx.deleteFrom('kit.deliveries').where('eventId', '=', eventId).where('handler', '=', handler).execute()
  await tx
    .deleteFrom('kit.outbox')
    .where('id', '=', eventId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('kit.deliveries').select(sql`1`.as('one')).where('eventId', '=', eventId))),
    )
    .execute()
}

async function postpone(
  deps: EventDeps,
  tx: Tx,
  delivery: { eventId: bigint; handler: string; attempts: number },
  error: string,
) {
  const waitMs = Math.min(RETRY_MAX_MS, 1000 * 2 ** delivery.attempts)
  await tx
    .updateTable('kit.deliveries')
    .set({
      attempts: delivery.attempts + 1,
      dueAt: new Date(deps.clock.now().getTime() + waitMs),
      error: error.slice(0, 1000),
    })
    .where('eventId', '=', delivery.eventId)
    .where('handler', '=', delivery.handler)
    .execute()
}
