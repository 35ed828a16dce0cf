import type { Clock } from '../clock.js'
import { afterCommit, type Db, type Tx } from '../db/database.js'
import { groupBy } from '../group-by.js'
import type { Log } from '../log.js'
import { WakeLoop } from '../wake-loop.js'
import { claimDeliveries, type Delivery, finishDeliveries, insertEvent, postponeDelivery } from './queries.js'

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
  /**
   * For a handler that brings something up to date with what is, whatever happened to it: facts about the same thing (by
   * `keyOf`) that wait together are taken once, as the newest of them, and those of all `names` share one delivery's name.
   */
  follow<P>(names: readonly string[], handler: string, follower: Follower<P>): void
  /** Resolves when everything emitted so far has been taken or has failed; for tests and the demo. */
  drained(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export interface Follower<P> {
  keyOf(payload: P): string
  take(payload: P): Promise<void>
}

export interface EventDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly clock: Clock
  readonly log: Log
}

interface Subscription {
  readonly events: readonly string[]
  readonly take: EventHandler
  /** Without it every delivery is taken by itself. */
  readonly keyOf?: (payload: never) => string
}

/** Events of other processes, and those whose handler failed, are found by the sweep. */
const SWEEP_MS = 500
const BATCH = 100
const LEASE_MS = 60_000
const RETRY_MAX_MS = 3_600_000
const ERROR_CHARS = 1_000
/** What was taken is crossed out in one transaction for all handlers, but not later than this after it. */
const CROSS_OUT_MS = 1_000

export function createEvents(deps: EventDeps): Events {
  const subscriptions = new Map<string, Subscription>()
  let lastCount = 0
  const loop = new WakeLoop({
    pass: async () => {
      lastCount = await deliverDue(deps, subscriptions)
      return lastCount === BATCH
    },
    everyMs: SWEEP_MS,
    onError: (error) => deps.log.error('event delivery failed', error),
  })
  const subscribe = (handler: string, subscription: Subscription): void => {
    if (subscriptions.has(handler)) throw new Error(`two event handlers are called ${handler}`)
    subscriptions.set(handler, subscription)
  }
  return {
    emit: async (tx, name, payload) => {
      const handlers = [...subscriptions].filter(([, one]) => one.events.includes(name)).map(([handler]) => handler)
      if (handlers.length === 0) return
      await insertEvent(tx, { name, payload: JSON.stringify(payload), createdAt: deps.clock.now(), handlers })
      afterCommit(tx, () => loop.wake())
    },
    on: (event, handler, take) => subscribe(handler, { events: [event], take }),
    follow: (events, handler, { keyOf, take }) => subscribe(handler, { events, take, keyOf }),
    drained: async () => {
      do await loop.run()
      while (lastCount > 0)
    },
    start: () => loop.start(),
    stop: () => loop.stop(),
  }
}

type Subscriptions = ReadonlyMap<string, Subscription>

/** Takes one batch of due deliveries; their number. Handlers run beside each other, each in the order of events. */
async function deliverDue(deps: EventDeps, subscriptions: Subscriptions): Promise<number> {
  if (subscriptions.size === 0) return 0
  const now = deps.clock.now()
  const leaseUntil = new Date(now.getTime() + LEASE_MS)
  const handlers = [...subscriptions.keys()]
  const due = await deps.write((tx) => claimDeliveries(tx, { handlers, now, leaseUntil, limit: BATCH }))
  const queues = groupBy(due, (delivery) => delivery.handler)
  const taken = crossOut(deps)
  await Promise.all([...queues].map(([handler, queue]) => deliverQueue(deps, subscriptions.get(handler), queue, taken)))
  await taken.end()
  return due.length
}

async function deliverQueue(
  deps: EventDeps,
  subscription: Subscription | undefined,
  queue: readonly Delivery[],
  taken: CrossingOut,
): Promise<void> {
  for (const group of gather(queue, subscription?.keyOf)) {
    try {
      await subscription?.take(group.at(-1)?.payload as never)
      await taken.add(group)
    } catch (error) {
      await postpone(deps, group, error)
    }
  }
}

/** Deliveries to take at once, in the order of the first of each group. */
function gather(queue: readonly Delivery[], keyOf: Subscription['keyOf']): Iterable<readonly Delivery[]> {
  if (keyOf === undefined) return queue.map((delivery) => [delivery])
  return groupBy(queue, (delivery) => keyOf(delivery.payload as never)).values()
}

async function postpone(deps: EventDeps, group: readonly Delivery[], error: unknown): Promise<void> {
  for (const delivery of group) {
    const { handler, attempts } = delivery
    deps.log.error('an event handler failed', error, { handler, attempts })
    const waitMs = Math.min(RETRY_MAX_MS, 1000 * 2 ** Math.min(attempts - 1, 20))
    const dueAt = new Date(deps.clock.now().getTime() + waitMs)
    await deps.write((tx) => postponeDelivery(tx, delivery, { dueAt, error: String(error).slice(0, ERROR_CHARS) }))
  }
}

interface CrossingOut {
  add(taken: readonly Delivery[]): Promise<void>
  end(): Promise<void>
}

/** Gathers what handlers took, and forgets it in few transactions. What is lost by a crash is delivered again. */
function crossOut(deps: EventDeps): CrossingOut {
  let waiting: Delivery[] = []
  let lastAt = deps.clock.now().getTime()
  const end = async (): Promise<void> => {
    if (waiting.length === 0) return
    const taken = waiting
    waiting = []
    lastAt = deps.clock.now().getTime()
    await deps.write((tx) => finishDeliveries(tx, taken))
  }
  const add = async (taken: readonly Delivery[]): Promise<void> => {
    waiting.push(...taken)
    if (deps.clock.now().getTime() - lastAt >= CROSS_OUT_MS) await end()
  }
  return { add, end }
}
