import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import type { Database } from './database.js'

/** A migration is one file of plain SQL, applied in one transaction and never edited after landing. */
export interface Migration {
  /** File name; the order of names is the order of application. */
  readonly name: string
  readonly sql: string
  readonly hash: string
}

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/
// The same folder seen from src/kit/db and from dist/kit/db: the sources of migrations are shipped.
const FOLDER = fileURLToPath(new URL('../../../src/migrations/', import.meta.url))

/** The database and this version of the code do not belong together; the message says which to change. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/** Reads the migrations of this build. */
export function readMigrations(folder: string = FOLDER): Migration[] {
  return readdirSync(folder)
    .filter((name) => FILE_NAME.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8')
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * Brings the database to this build. Several processes may do it at once. Refuses, changing nothing, when an applied
 * migration was edited since, or when the database has migrations that this build does not know.
 * Returns the names of those applied now.
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  const client = await database.pool.connect()
  try {
    const record = await readRecord(client)
    checkRecord(record, migrations)
    const done = new Set(record.map(({ name }) => name))
    const applied: string[] = []
    for (const migration of migrations) {
      if (!done.has(migration.name) && (await applyOne(client, migration))) applied.push(migration.name)
    }
    return applied
  } finally {
    client.release()
  }
}

const UNIQUE_VIOLATION = '23505'
const UNDEFINED_TABLE = '42P01'
const CREATE_RECORD = `
  create schema if not exists kit;
  create table if not exists kit.migrations (
    name text primary key,
    hash text not null,
    applied_at timestamptz not null default now()
  )`

/** `if not exists` of two processes at once can collide in PostgreSQL's own catalogue; the second try finds it there. */
async function createRecord(client: pg.PoolClient): Promise<void> {
  try {
    await client.query(CREATE_RECORD)
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
    await client.query(CREATE_RECORD)
  }
}

type Applied = Pick<Migration, 'name' | 'hash'>

async function readRecord(client: pg.PoolClient): Promise<Applied[]> {
  try {
    return (await client.query<Applied>('select name, hash from kit.migrations order by name')).rows
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error
    await createRecord(client)
    return readRecord(client)
  }
}

function checkRecord(record: Applied[], migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.hash]))
  for (const { name, hash } of record) {
    const expected = known.get(name)
    if (expected === undefined)
      throw new MigrationError(`The database was made by a newer version of Stoa (it has ${name}). Start that version.`)
    if (expected !== hash)
      throw new MigrationError(`Migration ${name} was changed after it was applied. Restore the released file.`)
  }
}

async function applyOne(client: pg.PoolClient, migration: Migration): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query('lock table kit.migrations in exclusive mode')
    const done = await client.query('select 1 from kit.migrations where name = $1', [migration.name])
    if (done.rows.length === 0) {
      await client.query(migration.sql)
      await client.query('insert into kit.migrations (name, hash) values ($1, $2)', [migration.name, migration.hash])
    }
    await client.query('commit')
    return done.rows.length === 0
  } catch (error) {
    await client.query('rollback')
    throw new MigrationError(`migration ${migration.name} failed: ${(error as Error).message}`, { cause: error })
  }
}
