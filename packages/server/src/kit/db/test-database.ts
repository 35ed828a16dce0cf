import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { silentLog } from '../log.js'
import { type Database, openDatabase } from './database.js'
import { migrate } from './migrate.js'
import { makeTemplate, templateName } from './template.js'

/** Databases for tests: migrated once per set of migrations, then copied, which takes a tenth of the time. */

/** Copies a migrated embedded database to `embeddedDir`, which must not exist yet. */
export async function copyTemplateDatabase(embeddedDir: string): Promise<void> {
  const template = join(tmpdir(), `stoa-${templateName()}`)
  if (!existsSync(template)) await makeTemplate(template)
  cpSync(template, embeddedDir, { recursive: true })
}

/** A migrated embedded database of one's own; `close` removes it. */
export async function openTestDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-db-'))
  const embeddedDir = join(folder, 'database')
  await copyTemplateDatabase(embeddedDir)
  const database = await openDatabase({ databaseUrl: null, embeddedDir, log: silentLog })
  const close = async (): Promise<void> => {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...database, close }
}

/** A new database on the server at `serverUrl`, sorted like the embedded one; `drop` removes it. */
export async function createServerDatabase(serverUrl: string): Promise<{ databaseUrl: string; drop(): Promise<void> }> {
  const name = `stoa_test_${randomBytes(8).toString('hex')}`
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  await run(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { databaseUrl: url.href, drop: () => run(`drop database ${name} with (force)`) }
}

/** A migrated database of one's own on a PostgreSQL server; `close` drops it. */
export async function openMigratedServerDatabase(serverUrl: string): Promise<Database> {
  const { databaseUrl, drop } = await createServerDatabase(serverUrl)
  const database = await openDatabase({ databaseUrl, embeddedDir: null, log: silentLog })
  await migrate(database)
  const close = async (): Promise<void> => {
    await database.close()
    await drop()
  }
  return { ...database, close }
}
