import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { syncDirectory } from '../db/embedded/durable-fs.js'
import { type DirectoryLock, lockDirectory } from './directory-lock.js'

/** The version of the folder's layout, not of the product. Raise it when an older server could not read the folder. */
const LAYOUT = 1
const VERSION_FILE = 'layout.json'
/** PostgreSQL's major version in the embedded database; its files cannot be read by another. */
const ENGINE_MAJOR = '18'
const DATABASE = 'database'
/** Any of these marks a folder as ours that has no version yet. */
const OURS = [DATABASE, 'blobs', 'instance.key']

/** The data folder cannot be used; the message says what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError'
}

/**
 * Prepares the data folder and takes it for this process: `database/` (embedded), `blobs/` (disk), `instance.key`,
 * `layout.json`, and what modules keep under their own names. Throws `DataDirError` or `DirectoryInUse`.
 */
export async function openDataDir(dataDir: string): Promise<DirectoryLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(dataDir)
  try {
    checkLayout(dataDir)
    checkEngine(join(dataDir, DATABASE))
    return lock
  } catch (error) {
    await lock.release()
    throw error
  }
}

function checkLayout(dataDir: string): void {
  const path = join(dataDir, VERSION_FILE)
  if (existsSync(path)) {
    const layout = readLayout(path)
    if (layout > LAYOUT)
      throw new DataDirError(`${dataDir} was made by a newer version of Stoa (layout ${layout}). Start that version.`)
    return
  }
  const present = readdirSync(dataDir).filter((name) => !name.startsWith('lock.'))
  if (present.length > 0 && !OURS.some((name) => present.includes(name)))
    throw new DataDirError(`${dataDir} is not empty and not a data folder of Stoa. Choose another STOA_DATA_DIR.`)
  writeFileSync(`${path}.new`, `${JSON.stringify({ layout: LAYOUT })}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
  syncDirectory(dataDir)
}

function readLayout(path: string): number {
  try {
    const { layout } = JSON.parse(readFileSync(path, 'utf8')) as { layout?: unknown }
    if (typeof layout === 'number' && Number.isInteger(layout)) return layout
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new DataDirError(`${path} is damaged. Restore it from a backup.`)
}

function checkEngine(database: string): void {
  const path = join(database, 'PG_VERSION')
  if (!existsSync(path)) return
  const major = readFileSync(path, 'utf8').trim()
  if (major !== ENGINE_MAJOR)
    throw new DataDirError(
      `The embedded database has files of PostgreSQL ${major}, this version needs ${ENGINE_MAJOR}. Export with the version that made them.`,
    )
}
