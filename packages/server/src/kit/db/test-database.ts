import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { silentLog } from '../log.js'
import { type Database, openDatabase } from './database.js'
import { migrate } from './migrate.js'
import { makeTemplate, templateName } from './template.js'

/** Databases for tests: migrated once per set of migrations, then copied, which takes a tenth of the time. */

/** The same migrations, and the same SQL after them. */
function nameOf(addition: string): string {
  if (addition === '') return `stoa-${templateName()}`
  return `stoa-${templateName()}-${createHash('sha256').update(addition).digest('hex').slice(0, 8)}`
}

/** Copies a migrated embedded database to `embeddedDir`, which must not exist yet; `addition` is SQL after the migrations. */
export async function copyTemplateDatabase(embeddedDir: string, addition = ''): Promise<void> {
  const template = join(tmpdir(), nameOf(addition))
  if (!existsSync(template)) await makeTemplate(template, addition)
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

interface ServerDatabase {
  readonly databaseUrl: string
  drop(): Promise<void>
}

/** A new, empty database on the server at `serverUrl`, sorted like the embedded one; `drop` removes it. */
export function createServerDatabase(serverUrl: string): Promise<ServerDatabase> {
  return createFrom(serverUrl, `template0 encoding 'UTF8' locale 'C.UTF-8'`)
}

async function createFrom(serverUrl: string, template: string): Promise<ServerDatabase> {
  const name = `stoa_test_${randomBytes(8).toString('hex')}`
  await runOn(serverUrl, `create database ${name} template ${template}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    databaseUrl: url.href,
    drop: async () => void (await runOn(serverUrl, `drop database ${name} with (force)`)),
  }
}

async function runOn(serverUrl: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  return client.query(statement).finally(() => client.end())
}

const serverTemplates = new Map<string, Promise<string>>()

/** A new, migrated database on the server at `serverUrl`; `addition` is SQL after the migrations. */
export async function copyServerDatabase(serverUrl: string, addition = ''): Promise<ServerDatabase> {
  const template = nameOf(addition).replaceAll('-', '_')
  const key = `${serverUrl} ${template}`
  const made = serverTemplates.get(key) ?? makeServerTemplate(serverUrl, template, addition)
  serverTemplates.set(key, made)
  return createFrom(serverUrl, await made)
}

const DUPLICATE_DATABASE = '42P04'

/** Whole or not at all: the database gets its name when it is done. */
async function makeServerTemplate(serverUrl: string, name: string, addition: string): Promise<string> {
  const { rowCount } = await runOn(serverUrl, `select from pg_database where datname = '${name}'`)
  if (rowCount !== 0) return name
  const { databaseUrl, drop } = await createServerDatabase(serverUrl)
  const database = await openDatabase({ databaseUrl, embeddedDir: null, log: silentLog })
  await migrate(database)
  if (addition !== '') await database.pool.query(addition)
  await database.close()
  const own = new URL(databaseUrl).pathname.slice(1)
  await runOn(serverUrl, `alter database ${own} rename to ${name}`).catch(async (error: { code?: string }) => {
    await drop()
    // Another process was faster.
    if (error.code !== DUPLICATE_DATABASE) throw error
  })
  return name
}

/** A migrated database of one's own on a PostgreSQL server; `close` drops it. */
export async function openMigratedServerDatabase(serverUrl: string): Promise<Database> {
  const { databaseUrl, drop } = await copyServerDatabase(serverUrl)
  const database = await openDatabase({ databaseUrl, embeddedDir: null, log: silentLog })
  const close = async (): Promise<void> => {
    await database.close()
    await drop()
  }
  return { ...database, close }
}
