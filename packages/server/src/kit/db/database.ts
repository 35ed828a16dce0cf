import { AsyncLocalStorage } from 'node:async_hooks'
import { refuse } from '@stoa/contracts'
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { DATABASE_RESERVE_BYTES, DiskSpace } from '../disk-space.js'
import type { Log } from '../log.js'
import { columnTypes } from './column-types.js'
import { EmbeddedEngine, type EngineOptions } from './embedded/engine.js'
import { PortStream } from './embedded/port-stream.js'
import type { Schema } from './schema/index.gen.js'

/** Reads. Tables are addressed as `accounts.accessTokens`, columns in camelCase. */
export type Db = Kysely<Schema>
/** Writes: only `Database.write` makes one, so a write query cannot be called with a `Db`. */
export type Tx = Transaction<Schema>

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  readonly db: Db
  /** For code that needs plain SQL text: migrations, COPY. Everything else uses `db` and `write`. */
  readonly pool: pg.Pool
  /**
   * Runs `work` in one transaction, or refuses with `StorageFull` when the disk is nearly full. It may run again when PostgreSQL reports a deadlock or a serialisation failure, so it
   * must only talk to the database. Using `db` inside it throws: on the embedded database that would wait for ever.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Answers with the time of one round trip, or throws. */
  health(): Promise<{ roundTripMs: number }>
  close(): Promise<void>
}

export interface DatabaseOptions extends Partial<Omit<EngineOptions, 'dataDir' | 'log'>> {
  /** `postgres://…`, or null for the embedded one. */
  readonly databaseUrl: string | null
  /** Folder of the embedded database; null keeps it in memory. */
  readonly embeddedDir: string | null
  readonly log: Log
  /** Free bytes of the embedded database's disk; replaced by tests. */
  readonly freeBytes?: () => Promise<number>
}

const EMBEDDED_CONNECTIONS = 4
const POSTGRES_CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 30_000
const WRITE_ATTEMPTS = 3
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK_DETECTED = '40P01'
const DISK_FULL = '53100'

/** Opens PostgreSQL, or the embedded database when no address is given. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = beginDatabase(options)
  try {
    await database.opened()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Begins to open: the house is built meanwhile, and whoever queries waits. */
export function beginDatabase(options: DatabaseOptions): Database & { opened(): Promise<void> } {
  const { databaseUrl } = options
  const { pool, opened, stop } = databaseUrl === null ? openEmbedded(options) : openPostgres(databaseUrl)
  const reportLost = (error: Error): void =>
    options.log.warn('a database connection was lost', { reason: error.message })
  // The pool listens only to clients that nobody uses; one that is lost inside a transaction would end the process.
  pool.on('connect', (client) => client.on('error', reportLost))
  pool.on('error', () => undefined)
  const space = watchSpace(options)
  const scope = new AsyncLocalStorage<{ isOpen: boolean }>()
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: guardPool(pool, scope) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  return {
    kind: databaseUrl === null ? 'embedded' : 'postgres',
    db,
    pool,
    opened,
    async write(work) {
      refuseInside(scope)
      await space?.check()
      return writeIn(db, scope, work)
    },
    async health() {
      const started = performance.now()
      await sql`select 1`.execute(db)
      return { roundTripMs: performance.now() - started }
    },
    async close() {
      await pool.end()
      await stop()
    },
  }
}

interface OpenPool {
  pool: pg.Pool
  opened(): Promise<void>
  stop(): Promise<void>
}

function openPostgres(databaseUrl: string): OpenPool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POSTGRES_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: columnTypes,
  })
  return { pool, opened: async () => undefined, stop: async () => undefined }
}

function openEmbedded(options: DatabaseOptions): OpenPool {
  const engine = EmbeddedEngine.begin({ ...options, dataDir: options.embeddedDir })
  const pool = new pg.Pool({
    user: 'postgres',
    database: 'postgres',
    max: EMBEDDED_CONNECTIONS,
    idleTimeoutMillis: 0,
    types: columnTypes,
    // @types/pg describes a plain socket; pg itself uses only the methods that PortStream has.
    stream: (() => new PortStream(() => engine.connect())) as unknown as NonNullable<pg.PoolConfig['stream']>,
  })
  return { pool, opened: () => engine.opened(), stop: () => engine.close() }
}

type Scope = AsyncLocalStorage<{ isOpen: boolean }>

/** Refuses a second connection to whoever is inside a transaction. */
function guardPool(pool: pg.Pool, scope: Scope) {
  return {
    options: {},
    async connect(): Promise<pg.PoolClient> {
      refuseInside(scope)
      return pool.connect().catch((error: unknown) => {
        throw Object.assign(refuse('Unavailable', 'The database cannot be reached.'), { cause: error })
      })
    },
    end: () => pool.end(),
  }
}

function refuseInside(scope: Scope): void {
  if (scope.getStore()?.isOpen === true) {
    throw new Error('the database was used inside a transaction without its handle: pass tx to the query')
  }
}

const afterCommitWork = new WeakMap<Tx, (() => void)[]>()

/**
 * Calls `work` once the transaction is committed, never when it is undone. For waking somebody up: what must happen is an
 * event or a job, written in the transaction.
 */
export function afterCommit(tx: Tx, work: () => void): void {
  afterCommitWork.get(tx)?.push(work)
}

async function writeIn<T>(db: Db, scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const transaction = { isOpen: true }
    const committed: (() => void)[] = []
    const run = (tx: Tx): Promise<T> => {
      afterCommitWork.set(tx, committed)
      return scope.run(transaction, () => work(tx))
    }
    try {
      const result = await db.transaction().execute(run)
      transaction.isOpen = false
      for (const callback of committed) callback()
      return result
    } catch (error) {
      if (codeOf(error) === DISK_FULL) throw refuse('StorageFull')
      if (attempt === WRITE_ATTEMPTS || !isTransient(error)) throw error
    } finally {
      transaction.isOpen = false
    }
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

function isTransient(error: unknown): boolean {
  return codeOf(error) === SERIALIZATION_FAILURE || codeOf(error) === DEADLOCK_DETECTED
}

/** Null when there is no disk here to watch. */
function watchSpace({ databaseUrl, embeddedDir, freeBytes }: DatabaseOptions): DiskSpace | null {
  if (databaseUrl !== null || embeddedDir === null) return null
  const reserveBytes = DATABASE_RESERVE_BYTES
  return new DiskSpace(embeddedDir, { reserveBytes, ...(freeBytes === undefined ? {} : { freeBytes }) })
}
