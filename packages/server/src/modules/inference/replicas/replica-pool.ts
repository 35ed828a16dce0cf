import { refuse, type StoaError } from '@stoa/contracts'
import { Pool } from 'undici'
import type { Clock } from '../../../kit/clock.js'
import type { Log } from '../../../kit/log.js'
import type { Eventually, Upstream } from '../gateway/model-route.js'
import { memoryLimit, SEQUENCES } from '../models/estimate-memory.js'
import type { Deployment } from '../models/deployment.js'
import { LoadFailure, type Replica, type Sandbox } from '../sandbox/sandbox.js'
import { Backoff } from './backoff.js'

const START_WAIT_MS = 60_000
const START_LIMIT_MS = 300_000
const IDLE_MS = 15 * 60_000
const TICK_MS = 5_000
const HEALTH_MS = 60_000
const UPSTREAM_TIMEOUT_MS = 600_000

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
  keepRunning: boolean
}

export interface ReplicaPool {
  /** A running replica; starts one and waits up to a minute. `locate` gives the folder with the model's files. */
  open(deployment: Deployment, locate: () => Promise<string>): Eventually<Upstream>
  view(deploymentId: string): ReplicaView
  /** Replicas of these deployments are not stopped when idle. */
  keep(deploymentIds: ReadonlySet<string>): void
  stop(): Promise<void>
}

/** One replica per deployment, started on demand, stopped when idle, evicted when another needs its memory. */
export function createReplicaPool(deps: ReplicaPoolDeps): ReplicaPool {
  const entries = new Map<string, Entry>()
  const nowMs = (): number => deps.clock.now().getTime()
  const timer = setInterval(() => tick(), TICK_MS)
  timer.unref()

  const entryOf = (deployment: Deployment): Entry => {
    const known = entries.get(deployment.id)
    if (known) return known
    const entry: Entry = {
      ...{ deployment, starting: null, ready: null, inFlight: 0, lastUsedMs: nowMs(), log: [], keepRunning: false },
      backoff: new Backoff(),
    }
    entries.set(deployment.id, entry)
    return entry
  }

  const open = (deployment: Deployment, locate: () => Promise<string>): Eventually<Upstream> => {
    const entry = entryOf(deployment)
    entry.lastUsedMs = nowMs()
    if (entry.ready) return entry.ready.upstream
    const waitMs = entry.backoff.waitMs(nowMs())
    if (waitMs > 0 && !entry.starting) throw failedToStart(entry, waitMs)
    entry.starting ??= start(entry, locate).finally(() => {
      entry.starting = null
    })
    return withinWait(entry.starting.then((ready) => ready.upstream))
  }

  const start = async (entry: Entry, locate: () => Promise<string>): Promise<Ready> => {
    const { deployment } = entry
    await makeRoom(deployment)
    try {
      const modelDir = await locate()
      const replica = await deps.sandbox.start({
        id: deployment.id,
        memoryBytes: memoryLimit(deployment.estimateBytes),
        startTimeoutMs: START_LIMIT_MS,
        spec: {
          runtime: deployment.runtime,
          modelDir,
          modelFile: deployment.modelFile,
          deploymentId: `dep_${deployment.id}`,
          threads: deps.threads,
          sequences: SEQUENCES,
          contextTokens: deployment.contextTokens,
        },
      })
      entry.ready = connect(entry, replica)
      void replica.exited.then(() => noteExit(entry, replica))
      return entry.ready
    } catch (error) {
      entry.backoff.fail(nowMs(), error instanceof Error ? error.message : String(error))
      if (error instanceof LoadFailure) {
        entry.log = error.log
        throw refuse('ModelFailed', `The model could not be loaded: ${error.message}`, { code: 'model_failed' })
      }
      throw error
    }
  }

  const connect = (entry: Entry, replica: Replica): Ready => {
    const pool = new Pool('http://replica', {
      socketPath: replica.socketPath,
      pipelining: 1,
      connections: 256,
      headersTimeout: UPSTREAM_TIMEOUT_MS,
      bodyTimeout: UPSTREAM_TIMEOUT_MS,
    })
    const upstream: Upstream = {
      pool,
      kind: 'replica',
      prefix: '/v1',
      authorization: null,
      begin: () => {
        entry.inFlight += 1
      },
      end: () => {
        entry.inFlight -= 1
        entry.lastUsedMs = nowMs()
      },
    }
    return { replica, pool, upstream }
  }

  const noteExit = (entry: Entry, replica: Replica): void => {
    if (entry.ready?.replica !== replica) return
    entry.log = replica.log()
    entry.backoff.fail(nowMs(), 'The model process ended unexpectedly.')
    deps.log.warn('a replica ended unexpectedly', { deployment: entry.deployment.id })
    void entry.ready.pool.destroy()
    entry.ready = null
  }

  const close = async (entry: Entry): Promise<void> => {
    const { ready } = entry
    if (!ready) return
    entry.ready = null
    entry.log = ready.replica.log()
    await ready.pool.destroy()
    await ready.replica.stop()
  }

  /** Stops idle replicas, longest unused first, until the newcomer fits; refuses with numbers when it cannot. */
  const makeRoom = async (deployment: Deployment): Promise<void> => {
    const needs = memoryLimit(deployment.estimateBytes)
    if (needs > deps.budgetBytes) throw tooLarge(needs, deps.budgetBytes)
    const used = (): number =>
      [...entries.values()]
        .filter((entry) => (entry.ready || entry.starting) && entry.deployment !== deployment)
        .reduce((sum, entry) => sum + memoryLimit(entry.deployment.estimateBytes), 0)
    const idle = [...entries.values()].filter((entry) => entry.ready && entry.inFlight === 0)
    for (const entry of idle.sort((left, right) => left.lastUsedMs - right.lastUsedMs)) {
      if (used() + needs <= deps.budgetBytes) return
      await close(entry)
    }
    if (used() + needs > deps.budgetBytes) throw noRoom(needs, deps.budgetBytes - used())
  }

  const tick = (): void => {
    const now = nowMs()
    for (const entry of entries.values()) {
      if (!entry.ready) continue
      if (entry.inFlight === 0 && !entry.keepRunning && now - entry.lastUsedMs > IDLE_MS) void close(entry)
      else if (entry.inFlight > 0) void watch(entry, entry.ready)
    }
  }

  /** A replica that has work and is silent for a minute is killed; its calls end with an error. */
  const watch = async (entry: Entry, ready: Ready): Promise<void> => {
    const answer = ready.pool.request({
      path: '/health',
      method: 'GET',
      headersTimeout: HEALTH_MS,
      bodyTimeout: HEALTH_MS,
    })
    const isAlive = await answer.then(async ({ body }) => body.dump().then(() => true)).catch(() => false)
    if (!isAlive && entry.ready === ready) await ready.replica.stop()
  }

  return {
    open,
    view: (deploymentId) => toView(entries.get(deploymentId), nowMs()),
    keep: (deploymentIds) => {
      for (const entry of entries.values()) entry.keepRunning = deploymentIds.has(entry.deployment.id)
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([...entries.values()].map((entry) => entry.starting?.catch(() => null)))
      await Promise.all([...entries.values()].map(close))
    },
  }
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
