import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '../log.js'
import { openDatabase } from './database.js'
import { migrate, readMigrations } from './migrate.js'

// A change of the engine's own files also needs a new template.
const TEMPLATE_FORMAT = '1'
const PREFIX = 'database-template-'
// The same folder seen from src/kit/db and from dist/kit/db.
const BUILD_FOLDER = fileURLToPath(new URL('../../../dist/', import.meta.url))

/** Names a migrated, empty embedded database of this set of migrations. */
export function templateName(): string {
  const hash = createHash('sha256').update(TEMPLATE_FORMAT)
  for (const migration of readMigrations()) hash.update(migration.name).update(migration.hash)
  return PREFIX + hash.digest('hex').slice(0, 20)
}

/** The template that the build left, which makes a first start a copy; null when there is none for these migrations. */
export function findBuiltTemplate(): string | null {
  const path = join(BUILD_FOLDER, templateName())
  return existsSync(path) ? path : null
}

/** Makes a template at `path`, whole or not at all; `addition` is SQL to run after the migrations. */
export async function makeTemplate(path: string, addition = ''): Promise<void> {
  const scratch = mkdtempSync(join(dirname(path), '.template-'))
  const embeddedDir = join(scratch, 'database')
  const database = await openDatabase({ databaseUrl: null, embeddedDir, templateDir: null, log: silentLog })
  await migrate(database)
  if (addition !== '') await database.pool.query(addition)
  await database.close()
  try {
    renameSync(embeddedDir, path)
  } catch (error) {
    // Another process was faster.
    if (!existsSync(path)) throw error
  }
  rmSync(scratch, { recursive: true, force: true })
}

/** Part of the build: makes the template of this build and removes older ones. */
export async function buildTemplate(): Promise<void> {
  const name = templateName()
  const old = readdirSync(BUILD_FOLDER).filter((entry) => entry.startsWith(PREFIX) && entry !== name)
  for (const entry of old) rmSync(join(BUILD_FOLDER, entry), { recursive: true, force: true })
  if (!existsSync(join(BUILD_FOLDER, name))) await makeTemplate(join(BUILD_FOLDER, name))
}
