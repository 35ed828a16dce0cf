import { afterCommit, type Tx } from '../db/database.js'
import { WakeLoop } from '../wake-loop.js'
import type { EnqueueOptions, JobDeps, JobHandler, Jobs } from './job.js'
import { cancelJob, claimJob, deleteFinishedJobs, insertJob, listUnfinished, retryJob } from './queries.js'
import { JobRunner } from './runner.js'

export type { EnqueueOptions, JobContext, JobDeps, JobHandler, Jobs } from './job.js'

const POLL_MS = 1_000
const AT_ONCE = 4
const LEASE_MS = 60_000
const KEEP_FINISHED_MS = 7 * 24 * 3_600_000
const CLEAN_UP_MS = 3_600_000
const REPEAT_KEY = 'repeat'

export function createJobs(deps: JobDeps): Jobs {
  const queue = new JobQueue(deps)
  queue.repeat('kit.removeFinishedJobs', CLEAN_UP_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - KEEP_FINISHED_MS)
    await deps.write((tx) => deleteFinishedJobs(tx, before))
  })
  return queue
}

class JobQueue implements Jobs {
  readonly #deps: JobDeps
  readonly #handlers = new Map<string, JobHandler>()
  readonly #repeated = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #runner: JobRunner
  readonly #loop: WakeLoop
  #planned: Promise<void> = Promise.resolve()

  constructor(deps: JobDeps) {
    this.#deps = deps
    this.#runner = new JobRunner(deps, { handlers: this.#handlers, leaseMs: LEASE_MS })
    this.#loop = new WakeLoop({
      pass: () => this.#claimWhileRoom(),
      everyMs: POLL_MS,
      onError: (error) => deps.log.error('jobs could not be read', error),
    })
  }

  async enqueue(tx: Tx, kind: string, payload: object, options: EnqueueOptions = {}): Promise<string> {
    const createdAt = this.#deps.clock.now()
    const { runAt = createdAt, key = null } = options
    const row = { id: this.#deps.ids.next(), kind, payload: JSON.stringify(payload), key, createdAt, runAt }
    const id = await insertJob(tx, row)
    // A later one is found by the pass of its time.
    if (runAt <= createdAt) afterCommit(tx, () => this.#loop.wake())
    return id
  }

  handle(kind: string, run: JobHandler): void {
    if (this.#handlers.has(kind)) throw new Error(`two job handlers are called ${kind}`)
    this.#handlers.set(kind, run)
  }

  repeat(kind: string, everyMs: number, run: Parameters<Jobs['repeat']>[2]): void {
    this.#repeated.set(kind, everyMs)
    this.handle(kind, async (_payload, context) => {
      // The next one waits before this one runs, so that a failure does not end the series.
      await this.#enqueueRepeated(kind, everyMs)
      await run(context)
    })
  }

  async cancel(id: string): Promise<boolean> {
    const wasCancelled = await this.#deps.write((tx) => cancelJob(tx, id, this.#deps.clock.now()))
    this.#runner.abort(id)
    return wasCancelled
  }

  async retry(tx: Tx, id: string): Promise<boolean> {
    afterCommit(tx, () => this.#loop.wake())
    return retryJob(tx, id, this.#deps.clock.now())
  }

  listUnfinished(holding: string): Promise<string[]> {
    return listUnfinished(this.#deps.db, holding)
  }

  async drained(): Promise<void> {
    for (;;) {
      await this.#loop.run()
      if (this.#running.size === 0) return
      await Promise.all(this.#running)
    }
  }

  start(): void {
    this.#loop.start()
    const plan = async (): Promise<void> => {
      for (const [kind, everyMs] of this.#repeated) await this.#enqueueRepeated(kind, everyMs)
    }
    this.#planned = plan().catch((error: unknown) => {
      this.#deps.log.error('repeated jobs could not be planned', error)
    })
  }

  async stop(): Promise<void> {
    await this.#planned
    await this.#loop.stop()
    this.#runner.abortAll()
    await Promise.all(this.#running)
  }

  async #claimWhileRoom(): Promise<boolean> {
    const { clock, write } = this.#deps
    const kinds = [...this.#handlers.keys()]
    while (this.#running.size < AT_ONCE) {
      const now = clock.now()
      const leaseUntil = new Date(now.getTime() + LEASE_MS)
      const job = await write((tx) => claimJob(tx, { kinds, now, leaseUntil }))
      if (job === undefined) return false
      const done = this.#runner.run(job).finally(() => {
        this.#running.delete(done)
        this.#loop.wake()
      })
      this.#running.add(done)
    }
    return false
  }

  async #enqueueRepeated(kind: string, waitMs: number): Promise<void> {
    const runAt = new Date(this.#deps.clock.now().getTime() + waitMs)
    await this.#deps.write((tx) => this.enqueue(tx, kind, {}, { runAt, key: REPEAT_KEY }))
  }
}
