import type { JobDeps, JobHandler } from './job.js'
import { type ClaimedJob, failJob, finishJob, renewLease, requeueJob } from './queries.js'

const MAX_ATTEMPTS = 5
const RETRY_MAX_MS = 3_600_000
const ERROR_CHARS = 1_000

interface RunnerOptions {
  readonly handlers: ReadonlyMap<string, JobHandler>
  readonly leaseMs: number
}

/** Runs claimed jobs: keeps their lease while they run and records how they ended. */
export class JobRunner {
  readonly #deps: JobDeps
  readonly #options: RunnerOptions
  readonly #running = new Map<string, AbortController>()

  constructor(deps: JobDeps, options: RunnerOptions) {
    this.#deps = deps
    this.#options = options
  }

  abort(id: string): void {
    this.#running.get(id)?.abort()
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort()
  }

  /** Never rejects: what goes wrong is recorded with the job. */
  async run(job: ClaimedJob): Promise<void> {
    const controller = new AbortController()
    this.#running.set(job.id, controller)
    const renewal = setInterval(() => void this.#renew(job, controller), this.#options.leaseMs / 3).unref()
    try {
      const context = { id: job.id, attempt: job.attempts, signal: controller.signal }
      await this.#options.handlers.get(job.kind)?.(job.payload as never, context)
      await this.#deps.write((tx) => finishJob(tx, job, this.#deps.clock.now()))
    } catch (error) {
      await this.#recordFailure(job, error)
    } finally {
      clearInterval(renewal)
      this.#running.delete(job.id)
    }
  }

  async #renew(job: ClaimedJob, controller: AbortController): Promise<void> {
    const leaseUntil = new Date(this.#deps.clock.now().getTime() + this.#options.leaseMs)
    try {
      if (!(await this.#deps.write((tx) => renewLease(tx, job, leaseUntil)))) controller.abort()
    } catch (error) {
      this.#deps.log.error('a job lease could not be renewed', error, { id: job.id })
    }
  }

  async #recordFailure(job: ClaimedJob, failure: unknown): Promise<void> {
    const { clock, log, write } = this.#deps
    log.error('a job failed', failure, { kind: job.kind, id: job.id, attempt: job.attempts })
    const error = String(failure).slice(0, ERROR_CHARS)
    const now = clock.now()
    const runAt = new Date(now.getTime() + Math.min(RETRY_MAX_MS, 1000 * 2 ** job.attempts))
    try {
      await write((tx) =>
        job.attempts >= MAX_ATTEMPTS
          ? failJob(tx, job, { error, finishedAt: now })
          : requeueJob(tx, job, { error, runAt }),
      )
    } catch (unrecorded) {
      // The lease runs out, and the job is taken again.
      log.error('the end of a job could not be recorded', unrecorded, { id: job.id })
    }
  }
}
