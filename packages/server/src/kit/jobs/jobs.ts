import { sql } from 'kysely'
import type { Clock } from '../clock.js'
import type { Db, Tx } from '../db/database.js'
import type { Ids } from '../ids.js'
import type { Log } from '../log.js'

export type JobHandler = (payload: never) => Promise<void>

/** Background work: kept in the database, run by processes with the `worker` role, retried with back-off. */
export interface Jobs {
  enqueue(tx: Tx, kind: string, payload: object, options?: { runAt?: Date }): Promise<string>
  handle(kind: string, run: JobHandler): void
  start(): void
  stop(): Promise<void>
}

export interface JobDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

const POLL_MS = 1000
const LEASE_MS = 5 * 60_000
const MAX_ATTEMPTS = 5

export function createJobs(deps: JobDeps): Jobs {
  const handlers = new Map<string, JobHandler>()
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  const poll = (): void => {
    running = running
      .then(() => runDue(deps, handlers))
      .catch((error) => deps.log.error('background work failed', error))
  }
  return {
    enqueue: async (tx, kind, payload, options = {}) => {
      const id = deps.ids.next()
      const createdAt = deps.clock.now()
      const row = { id, kind, payload: JSON.stringify(payload), createdAt, runAt: options.runAt ?? createdAt }
      await tx.insertInto('kit.jobs').values(row).execute()
      return id
    },
    handle: (kind, run) => void handlers.set(kind, run),
    start: () => {
      timer = setInterval(poll, POLL_MS)
      timer.unref()
    },
    stop: async () => {
      if (timer) clearInterval(timer)
      await running
    },
  }
}

async function runDue(deps: JobDeps, handlers: ReadonlyMap<string, JobHandler>): Promise<void> {
  for (;;) {
    const job = await deps.write((tx) => claim(deps, tx, [...handlers.keys()]))
    if (!job) return
    try {
      await handlers.get(job.kind)?.(job.payload as never)
      await deps.write((tx) => settle(deps, tx, job.id, { state: 'done', error: null }))
    } catch (error) {
      deps.log.error('a job failed', error, { kind: job.kind, id: job.id })
      await deps.write((tx) => retry(deps, tx, job, String(error)))
    }
  }
}

async function claim(deps: JobDeps, tx: Tx, kinds: readonly string[]) {
  if (kinds.length === 0) return undefined
  const now = deps.clock.now()
  const due = tx
    .selectFrom('kit.jobs')
    .select('id')
    .where('kind', 'in', kinds)
    .where('runAt', '<=', now)
    .where((eb) =>
      eb.or([eb('state', '=', 'queued'), eb.and([eb('state', '=', 'running'), eb('leaseUntil', '<', now)])]),
    )
    .orderBy('runAt')
    .limit(1)
    .forUpdate()
    .skipLocked()
  return await tx
    .updateTable('kit.jobs')
    .set({ state: 'running', leaseUntil: new Date(now.getTime() + LEASE_MS), attempts: sql`attempts + 1` })
    .where('id', 'in', due)
    .returning(['id', 'kind', 'payload', 'attempts'])
    .executeTakeFirst()
}

async function settle(
  deps: JobDeps,
  tx: Tx,
  id: string,
  change: { state: string; error: string | null },
): Promise<void> {
  await tx
    .updateTable('kit.jobs')
    .set({ ...change, finishedAt: deps.clock.now() })
    .where('id', '=', id)
    .execute()
}

async function retry(deps: JobDeps, tx: Tx, job: { id: string; attempts: number }, error: string): Promise<void> {
  if (job.attempts >= MAX_ATTEMPTS) return settle(deps, tx, job.id, { state: 'failed', error })
  const runAt = new Date(deps.clock.now().getTime() + 1000 * 2 ** job.attempts)
  await tx
    .updateTable('kit.jobs')
    .set({ state: 'queued', runAt, error: error.slice(0, 1000) })
    .where('id', '=', job.id)
    .execute()
}
