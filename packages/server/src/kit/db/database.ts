import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import type { Log } from '../log.js'
import { openEmbedded } from './embedded.js'
import { TYPE_PARSERS } from './parsers.js'
import type { Schema } from './schema/index.gen.js'

/** For reads. A write query takes a `Tx`; passing a `Db` does not compile. */
export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  readonly db: Db
  /** Runs `work` in one transaction. It must wait for nothing but queries on its own `tx`. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `postgres://…`, or null for the embedded one. */
  readonly databaseUrl: string | null
  /** Folder of the embedded database; null keeps it in memory. */
  readonly embeddedDir: string | null
  readonly log: Log
}

const SERVER_POOL = 10

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const embedded = options.databaseUrl === null ? await openEmbedded(options.embeddedDir) : null
  const target = embedded?.pool ?? { connectionString: options.databaseUrl ?? '', max: SERVER_POOL }
  const pool = new pg.Pool({ ...target, types: TYPE_PARSERS })
  pool.on('error', (error) => options.log.error('a database connection was lost', error))
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  return {
    kind: embedded ? 'embedded' : 'postgres',
    db,
    write: (work) => db.transaction().execute(work),
    close: async () => {
      await db.destroy()
      await embedded?.close()
    },
  }
}
