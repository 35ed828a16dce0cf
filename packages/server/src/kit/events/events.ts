import type { Clock } from '../clock.js'
import { afterCommit, type Db, type Tx } from '../db/database.js'
import type { Log } from '../log.js'
import { WakeLoop } from '../wake-loop.js'
import { claimDeliveries, type Delivery, finishDelivery, insertEvent, postponeDelivery } from './queries.js'

/** Takes one event; must be idempotent and short. Long work: enqueue a job. */
export type EventHandler = (payload: never) => Promise<void>

/**
 * Facts announced in the transaction of the change and delivered right after it, at least once. Each handler takes the
 * events in their order, except that a failed one is tried again later, alone.
 */
export interface Events {
  /** `payload` must be JSON: a bigint or a Date is written as text by the caller. */
  emit(tx: Tx, name: string, payload: object): Promise<void>
  /** `handler` is a stable, unique name: it identifies what was delivered. */
  on(name: string, handler: string, take: EventHandler): void
  /** Resolves when everything emitted so far has been taken or has failed; for tests and the demo. */
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
  readonly take: EventHandler
}

/** Events of other processes, and those whose handler failed, are found by the sweep. */
const SWEEP_MS = 500
const BATCH = 100
const LEASE_MS = 60_000
const RETRY_MAX_MS = 3_600_000
const ERROR_CHARS = 1_000

export function createEvents(deps: EventDeps): Events {
  const subscriptions = new Map<string, Subscription>()
  const loop = new WakeLoop({
    pass: () => deliverDue(deps, subscriptions),
    everyMs: SWEEP_MS,
    onError: (error) => deps.log.error('event delivery failed', error),
  })
  return {
    emit: async (tx, name, payload) => {
      const handlers = [...subscriptions].filter(([, one]) => one.event === name).map(([handler]) => handler)
      if (handlers.length === 0) return
      await insertEvent(tx, { name, payload: JSON.stringify(payload), createdAt: deps.clock.now(), handlers })
      afterCommit(tx, () => loop.wake())
    },
    on: (event, handler, take) => {
      if (subscriptions.has(handler)) throw new Error(`two event handlers are called ${handler}`)
      subscriptions.set(handler, { event, take })
    },
    drained: async () => {
      while (await loop.run());
    },
    start: () => loop.start(),
    stop: () => loop.stop(),
  }
}

type Subscriptions = ReadonlyMap<string, Subscription>

/** Takes one batch of due deliveries; false when there were none. Handlers run beside each other, each in the order of events. */
async function deliverDue(deps: EventDeps, subscriptions: Subscriptions): Promise<boolean> {
  if (subscriptions.size === 0) return false
  const now = deps.clock.now()
  const leaseUntil = new Date(now.getTime() + LEASE_MS)
  const handlers = [...subscriptions.keys()]
  const due = await deps.write((tx) => claimDeliveries(tx, { handlers, now, leaseUntil, limit: BATCH }))
  const queues = new Map<string, Delivery[]>()
  for (const delivery of due) queues.set(delivery.handler, [...(queues.get(delivery.handler) ?? []), delivery])
  await Promise.all([...queues].map(([handler, queue]) => deliverQueue(deps, subscriptions.get(handler), queue)))
  return due.length > 0
}

async function deliverQueue(deps: EventDeps, subscription: Subscription | undefined, queue: Delivery[]): Promise<void> {
  for (const delivery of queue) {
    try {
      await subscription?.take(delivery.payload as never)
      await deps.write((tx) => finishDelivery(tx, delivery))
    } catch (error) {
      const { handler, attempts } = delivery
      deps.log.error('an event handler failed', error, { handler, attempts })
      const waitMs = Math.min(RETRY_MAX_MS, 1000 * 2 ** Math.min(attempts - 1, 20))
      const dueAt = new Date(deps.clock.now().getTime() + waitMs)
      await deps.write((tx) => postponeDelivery(tx, delivery, { dueAt, error: String(error).slice(0, ERROR_CHARS) }))
    }
  }
}
