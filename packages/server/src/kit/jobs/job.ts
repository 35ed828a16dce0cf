import type { Clock } from '../clock.js'
import type { Db, Tx } from '../db/database.js'
import type { Ids } from '../ids.js'
import type { Log } from '../log.js'

export interface JobContext {
  readonly id: string
  /** 1 for the first. */
  readonly attempt: number
  /** Aborted when the job is cancelled, was taken over by another process, or the server stops. */
  readonly signal: AbortSignal
}

/** Does the work; must be safe to repeat, because a process may die after the work and before its end is recorded. */
export type JobHandler = (payload: never, context: JobContext) => Promise<void>

export interface EnqueueOptions {
  readonly runAt?: Date
  /** While a job of this kind and key waits, another one is not added. */
  readonly key?: string
}

/** Background work: kept in the database, run by processes with the `worker` role, retried with back-off. */
export interface Jobs {
  /** `payload` must be JSON. Returns the job's id, or that of the waiting job with the same key. */
  enqueue(tx: Tx, kind: string, payload: object, options?: EnqueueOptions): Promise<string>
  handle(kind: string, run: JobHandler): void
  /** Runs `run` every `everyMs` in one of the processes, however many there are. */
  repeat(kind: string, everyMs: number, run: (context: JobContext) => Promise<void>): void
  /** False when it had ended already. A running one gets its signal aborted. */
  cancel(id: string): Promise<boolean>
  /** Payloads, as text, of jobs that wait or run and hold this text. */
  listUnfinished(holding: string): Promise<string[]>
  /** Makes a job due now that waits, failed or was cancelled; false for others. */
  retry(tx: Tx, id: string): Promise<boolean>
  /** Runs what is due until nothing is; for tests. */
  drained(): Promise<void>
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
