import { constants, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import type { Log } from '../../log.js'
import { startThread } from '../../thread.js'
import { syncDirectory } from './durable-fs.js'
import { syncTree } from './sync-tree.js'
import type { FromThread, ThreadSettings, ToThread } from './thread-protocol.js'

export interface EngineOptions {
  /** Null: in memory, gone when closed. */
  dataDir: string | null
  log: Log
  /** A statement that runs longer costs everybody: its thread is ended and the database opened again. */
  statementTimeoutMs?: number
  /** A transaction whose owner says nothing for so long is rolled back. */
  idleTransactionMs?: number
  /** An empty, migrated database to begin from; null or absent makes one from nothing, which takes seconds. */
  templateDir?: string | null
  /** Tests only: records every change of the files, for replaying a power cut. */
  recordPath?: string
}

const STATEMENT_TIMEOUT_MS = 60_000
const IDLE_TRANSACTION_MS = 15_000
const RETRY_OPEN_MS = 1_000
const NANOSECONDS_PER_MS = 1_000_000n
/** Small buffers: the file cache of the host does the rest, and the process stays near 200 MB. */
const POSTGRESQL_CONF = ['shared_buffers=32MB', 'wal_buffers=1MB', 'max_wal_size=256MB', 'timezone=UTC']

/** The embedded database in its thread; opens itself again after a crash or a runaway statement. */
export class EmbeddedEngine {
  readonly #settings: ThreadSettings
  readonly #busySince: BigInt64Array
  readonly #statementTimeoutMs: number
  readonly #log: Log
  readonly #watchdog: NodeJS.Timeout
  #live: Promise<Worker>
  #failedAt: number | null = null
  #isClosing = false
  #restarts = 0

  private constructor(options: EngineOptions, prepared: Promise<void>) {
    const busySince = new SharedArrayBuffer(8)
    this.#busySince = new BigInt64Array(busySince)
    this.#settings = {
      dataDir: options.dataDir,
      postgresqlConf: POSTGRESQL_CONF,
      idleTransactionMs: options.idleTransactionMs ?? IDLE_TRANSACTION_MS,
      recordPath: options.recordPath ?? null,
      busySince,
    }
    this.#log = options.log
    this.#statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
    this.#watchdog = setInterval(() => this.#watch(), Math.min(1_000, this.#statementTimeoutMs / 4)).unref()
    this.#live = prepared.then(() => this.#start())
    this.#live.catch(() => undefined)
  }

  /** Begins to open, making the database when there is none; connections wait until it is open. */
  static begin(options: EngineOptions): EmbeddedEngine {
    const { dataDir } = options
    const isNew = dataDir !== null && !existsSync(dataDir)
    return new EmbeddedEngine(options, isNew ? EmbeddedEngine.#initialise(options, dataDir) : Promise.resolve())
  }

  /** Settles when the database is open, or could not be opened. */
  async opened(): Promise<void> {
    await this.#live
  }

  /**
   * Makes a new database beside its place and moves it there when it is whole and durable. The thread that made it is
   * ended, because it holds on to half a gigabyte.
   */
  static async #initialise(options: EngineOptions, dataDir: string): Promise<void> {
    const unfinished = `${dataDir}.new`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    if (options.templateDir)
      await cp(options.templateDir, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE })
    else await EmbeddedEngine.#create({ ...options, dataDir: unfinished })
    await syncTree(unfinished)
    renameSync(unfinished, dataDir)
    syncDirectory(dirname(dataDir))
  }

  static async #create(options: EngineOptions): Promise<void> {
    const engine = new EmbeddedEngine(options, Promise.resolve())
    try {
      await engine.opened()
    } finally {
      await engine.close()
    }
  }

  /** A connection in PostgreSQL's wire protocol; waits while the database opens. */
  async connect(): Promise<MessagePort> {
    if (this.#failedAt !== null && performance.now() - this.#failedAt > RETRY_OPEN_MS) this.#restart()
    const thread = await this.#live
    const { port1, port2 } = new MessageChannel()
    thread.postMessage({ kind: 'connect', port: port2 } satisfies ToThread, [port2])
    return port1
  }

  /** How often the thread had to be replaced. */
  get restarts(): number {
    return this.#restarts
  }

  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#watchdog)
    const thread = await this.#live.catch(() => null)
    if (thread === null) return
    const finished = new Promise<void>((resolve) => {
      thread.on('message', (message: FromThread) => message.kind !== 'ready' && resolve())
      thread.on('exit', () => resolve())
    })
    thread.postMessage({ kind: 'close' } satisfies ToThread)
    await finished
    await thread.terminate()
  }

  #start(): Promise<Worker> {
    this.#busySince[0] = 0n
    this.#failedAt = null
    const thread = startThread(import.meta.url, './thread', {
      workerData: this.#settings,
      stdout: false,
      stderr: false,
    })
    const started = new Promise<Worker>((resolve, reject) => {
      const fail = (reason: string): void => {
        const error = new Error(`the embedded database stopped: ${reason}`)
        reject(error)
        void this.#lost(thread, error)
      }
      thread.on('message', (message: FromThread) => {
        if (message.kind === 'ready') resolve(thread)
        if (message.kind === 'crashed') fail(message.message)
      })
      thread.on('error', (error) => fail(error instanceof Error ? error.message : String(error)))
      thread.on('exit', () => fail('its thread ended'))
    })
    started.catch(() => {
      this.#failedAt = performance.now()
      void thread.terminate()
    })
    return started
  }

  /** A thread that was open is replaced; one that did not open is tried again by the next connection. */
  async #lost(thread: Worker, error: Error): Promise<void> {
    const current = await this.#live.catch(() => null)
    if (this.#isClosing || current !== thread) return
    this.#log.error('embedded database lost its thread', error, { restarts: this.#restarts })
    if (this.#settings.dataDir === null) {
      this.#live = Promise.reject(new Error('the in-memory database is gone', { cause: error }))
      this.#live.catch(() => undefined)
      await thread.terminate()
      return
    }
    this.#live = thread.terminate().then(() => this.#start())
    this.#live.catch(() => undefined)
    this.#restarts += 1
  }

  #restart(): void {
    if (this.#isClosing || this.#settings.dataDir === null) return
    this.#restarts += 1
    this.#live = this.#start()
    this.#live.catch(() => undefined)
  }

  #watch(): void {
    const since = Atomics.load(this.#busySince, 0)
    if (since === 0n) return
    const busyMs = Number((process.hrtime.bigint() - since) / NANOSECONDS_PER_MS)
    if (busyMs < this.#statementTimeoutMs) return
    Atomics.store(this.#busySince, 0, 0n)
    const reason = new Error(`a statement ran longer than ${this.#statementTimeoutMs} ms`)
    void this.#live.then((thread) => this.#lost(thread, reason))
  }
}
