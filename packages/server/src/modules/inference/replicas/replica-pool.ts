import { refuse, type StoaError } from '@stoa/contracts'
import { Pool } from 'undici'
import type { Clock } from '../../../kit/clock.js'
import type { Log } from '../../../kit/log.js'
import type { Eventually, Upstream } from '../gateway/model-route.js'
import { memoryLimit, SEQUENCES } from '../models/estimate-memory.js'
import type { Deployment } from '../models/deployment.js'
import { LoadFailure, type Replica, type Sandbox, type SandboxedModel } from '../../runtimes/index.js'
import { Backoff } from './backoff.js'

const START_WAIT_MS = 60_000
const START_LIMIT_MS = 300_000
const IDLE_MS = 15 * 60_000
const TICK_MS = 5_000
const HEALTH_MS = 60_000
const UPSTREAM_TIMEOUT_MS = 600_000
const MAX_CONNECTIONS = 256

export interface ReplicaPoolDeps {
  readonly sandbox: Sandbox
  readonly clock: Clock
  readonly log: Log
  /** Bytes all replicas together may need. */
  readonly budgetBytes: number
  readonly threads: number
}

export type ReplicaState = 'stopped' | 'starting' | 'ready' | 'failed'

/** What a page shows of a deployment's replica. */
export interface ReplicaView {
  readonly state: ReplicaState
  readonly inFlight: number
  readonly message: string | null
  readonly log: readonly string[]
}

interface Ready {
  readonly replica: Replica
  readonly pool: Pool
  readonly upstream: Upstream
}

interface Entry {
  readonly deployment: Deployment
  starting: Promise<Ready> | null
  ready: Ready | null
  inFlight: number
  lastUsedMs: number
  readonly backoff: Backoff
  log: readonly string[]
}

/** One replica per deployment, started on demand, stopped when idle, evicted when another needs its memory. */
export class ReplicaPool {
  readonly #deps: ReplicaPoolDeps
  readonly #entries = new Map<string, Entry>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: ReplicaPoolDeps) {
    this.#deps = deps
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  /** A running replica; starts one and waits up to a minute. `locate` gives the folder with the model's files. */
  open(deployment: Deployment, locate: () => Promise<string>): Eventually<Upstream> {
    const entry = this.#entryOf(deployment)
    entry.lastUsedMs = this.#nowMs()
    if (entry.ready) return entry.ready.upstream
    const waitMs = entry.backoff.waitMs(this.#nowMs())
    if (waitMs > 0 && !entry.starting) throw failedToStart(entry, waitMs)
    entry.starting ??= this.#start(entry, locate).finally(() => {
      entry.starting = null
    })
    return withinWait(entry.starting.then((ready) => ready.upstream))
  }

  view(deploymentId: string): ReplicaView {
    return toView(this.#entries.get(deploymentId), this.#nowMs())
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    const entries = [...this.#entries.values()]
    await Promise.all(entries.map((entry) => entry.starting?.catch(() => null)))
    await Promise.all(entries.map((entry) => this.#close(entry)))
  }

  #nowMs(): number {
    return this.#deps.clock.now().getTime()
  }

  #entryOf(deployment: Deployment): Entry {
    const known = this.#entries.get(deployment.id)
    if (known) return known
    const backoff = new Backoff()
    const entry: Entry = {
      deployment,
      backoff,
      starting: null,
      ready: null,
      inFlight: 0,
      lastUsedMs: this.#nowMs(),
      log: [],
    }
    this.#entries.set(deployment.id, entry)
    return entry
  }

  async #start(entry: Entry, locate: () => Promise<string>): Promise<Ready> {
    await this.#makeRoom(entry.deployment)
    try {
      const replica = await this.#deps.sandbox.start(toSandboxed(entry.deployment, await locate(), this.#deps.threads))
      const ready = connect(entry, replica, () => this.#nowMs())
      entry.ready = ready
      void replica.exited.then(() => this.#noteExit(entry, replica))
      return ready
    } catch (error) {
      entry.backoff.fail(this.#nowMs(), error instanceof Error ? error.message : String(error))
      if (!(error instanceof LoadFailure)) throw error
      entry.log = error.log
      throw refuse('ModelFailed', `The model could not be loaded: ${error.message}`, { code: 'model_failed' })
    }
  }

  #noteExit(entry: Entry, replica: Replica): void {
    if (entry.ready?.replica !== replica) return
    entry.log = replica.log()
    entry.backoff.fail(this.#nowMs(), 'The model process ended unexpectedly.')
    this.#deps.log.warn('a replica ended unexpectedly', { deployment: entry.deployment.id })
    void entry.ready.pool.destroy()
    entry.ready = null
  }

  async #close(entry: Entry): Promise<void> {
    const { ready } = entry
    if (!ready) return
    entry.ready = null
    entry.log = ready.replica.log()
    await ready.pool.destroy()
    await ready.replica.stop()
  }

  /** Stops idle replicas, longest unused first, until the newcomer fits; refuses with numbers when it cannot. */
  async #makeRoom(deployment: Deployment): Promise<void> {
    const needs = memoryLimit(deployment.estimateBytes)
    const { budgetBytes } = this.#deps
    if (needs > budgetBytes) throw tooLarge(needs, budgetBytes)
    const entries = [...this.#entries.values()]
    const used = (): number =>
      entries
        .filter((entry) => (entry.ready || entry.starting) && entry.deployment.id !== deployment.id)
        .reduce((sum, entry) => sum + memoryLimit(entry.deployment.estimateBytes), 0)
    const idle = entries.filter((entry) => entry.ready && entry.inFlight === 0)
    for (const entry of idle.sort((left, right) => left.lastUsedMs - right.lastUsedMs)) {
      if (used() + needs <= budgetBytes) return
      await this.#close(entry)
    }
    if (used() + needs > budgetBytes) throw noRoom(needs, budgetBytes - used())
  }

  #tick(): void {
    const now = this.#nowMs()
    for (const entry of this.#entries.values()) {
      if (!entry.ready) continue
      if (entry.inFlight > 0) void this.#watch(entry, entry.ready)
      else if (now - entry.lastUsedMs > IDLE_MS) void this.#close(entry)
    }
  }

  /** A replica that has work and is silent for a minute is killed; its calls end with an error. */
  async #watch(entry: Entry, ready: Ready): Promise<void> {
    const timeouts = { headersTimeout: HEALTH_MS, bodyTimeout: HEALTH_MS }
    const answer = ready.pool.request({ path: '/health', method: 'GET', ...timeouts })
    const isAlive = await answer.then(async ({ body }) => body.dump().then(() => true)).catch(() => false)
    if (!isAlive && entry.ready === ready) await ready.replica.stop()
  }
}

function toSandboxed(deployment: Deployment, modelDir: string, threads: number): SandboxedModel {
  const { id, runtime, modelFile, estimateBytes, contextTokens } = deployment
  return {
    id,
    memoryBytes: memoryLimit(estimateBytes),
    startTimeoutMs: START_LIMIT_MS,
    spec: { runtime, modelDir, modelFile, deploymentId: `dep_${id}`, threads, sequences: SEQUENCES, contextTokens },
  }
}

function connect(entry: Entry, replica: Replica, nowMs: () => number): Ready {
  const pool = new Pool('http://replica', {
    socketPath: replica.socketPath,
    pipelining: 1,
    connections: MAX_CONNECTIONS,
    headersTimeout: UPSTREAM_TIMEOUT_MS,
    bodyTimeout: UPSTREAM_TIMEOUT_MS,
  })
  const begin = (): void => {
    entry.inFlight += 1
  }
  const end = (): void => {
    entry.inFlight -= 1
    entry.lastUsedMs = nowMs()
  }
  const upstream: Upstream = { pool, kind: 'replica', prefix: '/v1', authorization: null, begin, end }
  return { replica, pool, upstream }
}

function toView(entry: Entry | undefined, nowMs: number): ReplicaView {
  if (!entry) return { state: 'stopped', inFlight: 0, message: null, log: [] }
  const isFailed = entry.backoff.waitMs(nowMs) > 0
  const state = entry.ready ? 'ready' : entry.starting ? 'starting' : isFailed ? 'failed' : 'stopped'
  return {
    state,
    inFlight: entry.inFlight,
    message: state === 'failed' ? entry.backoff.message : null,
    log: entry.ready ? entry.ready.replica.log() : entry.log,
  }
}

function withinWait(starting: Promise<Upstream>): Promise<Upstream> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(refuse('ModelLoading', undefined, { code: 'model_loading' }, { headers: { 'retry-after': '20' } })),
      START_WAIT_MS,
    )
    starting.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function failedToStart(entry: Entry, waitMs: number): StoaError {
  const seconds = String(Math.ceil(waitMs / 1000))
  const message = `The model failed to start and is tried again in ${seconds} s: ${entry.backoff.message}`
  return refuse('ModelFailed', message, { code: 'model_failed' }, { headers: { 'retry-after': seconds } })
}

function tooLarge(needs: number, has: number): StoaError {
  return refuse(
    'ModelTooLarge',
    `The model needs ${gigabytes(needs)}, this server gives ${gigabytes(has)} to models.`,
    {
      code: 'model_too_large',
      needsBytes: needs,
      hasBytes: has,
    },
  )
}

function noRoom(needs: number, free: number): StoaError {
  const message = `The model needs ${gigabytes(needs)}, ${gigabytes(Math.max(0, free))} are free while other models are in use.`
  return refuse('ServerOverloaded', message, { code: 'server_overloaded' }, { headers: { 'retry-after': '10' } })
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
