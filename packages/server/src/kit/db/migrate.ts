import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from './database.js'

const FOLDER = fileURLToPath(new URL('../../../src/migrations/', import.meta.url))

interface Migration {
  readonly name: string
  readonly sql: string
  readonly hash: string
}

/** The database and this version of the code do not belong together; the message says which to change. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

export function readMigrations(folder: string = FOLDER): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  return names.map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8')
    return { name, sql, hash: createHash('sha256').update(sql).digest('hex') }
  })
}

/** Brings a database to this version: each missing migration in its own transaction. Returns the names it applied. */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  await database.write(async (tx) => {
    await run(tx, 'create schema if not exists kit')
    await run(
      tx,
      'create table if not exists kit.migrations (name text primary key, hash text not null, applied_at timestamptz not null default now())',
    )
  })
  const applied: string[] = []
  const done = await recorded(database)
  refuseForeign(done, migrations)
  for (const migration of migrations) {
    if (done.has(migration.name)) continue
    await database.write(async (tx) => {
      await run(tx, migration.sql)
      await tx.executeQuery(
        CompiledQuery.raw('insert into kit.migrations (name, hash) values ($1, $2)', [migration.name, migration.hash]),
      )
    })
    applied.push(migration.name)
  }
  return applied
}

async function run(executor: Kysely<never> | Database['db'], sql: string): Promise<void> {
  await (executor as Database['db']).executeQuery(CompiledQuery.raw(sql))
}

async function recorded(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.db.executeQuery<{ name: string; hash: string }>(
    CompiledQuery.raw('select name, hash from kit.migrations'),
  )
  return new Map(rows.map((row) => [row.name, row.hash]))
}

function refuseForeign(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  for (const [name, hash] of done) {
    const own = migrations.find((migration) => migration.name === name)
    if (!own)
      throw new MigrationError(`The database was made by a newer version of Stoa (it has ${name}). Start that version.`)
    if (own.hash !== hash)
      throw new MigrationError(`Migration ${name} was changed after it was applied. Restore the released file.`)
  }
}
