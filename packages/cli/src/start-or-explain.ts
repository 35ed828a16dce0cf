import { statfsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Config, ConfigError, readConfig, type Running, start, type StartOptions } from '@stoa/server'
import { StoaError } from '@stoa/contracts'
import { UsageError } from './terminal.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Starts the platform; whatever keeps it from starting becomes one line that says what to do. */
export async function startOrExplain(environment: Environment, options: StartOptions = {}): Promise<Running> {
  let config: Config
  try {
    config = readConfig({ ...environment })
  } catch (error) {
    if (error instanceof ConfigError)
      throw new UsageError(`A setting cannot be used: ${error.message}. Correct it and start again.`)
    throw error
  }
  try {
    return await start(config, { ...options, environment })
  } catch (error) {
    const line = isDiskFull(config.dataDir) ? diskFull(resolve(config.dataDir)) : explainStartError(error, config)
    throw new UsageError(line, { cause: error })
  }
}

/** Less than this is full: an empty embedded database needs more. */
const MIN_FREE_BYTES = 16 * 1024 * 1024

/** Asked after a failure, because the embedded database only says that it stopped. */
function isDiskFull(dataDir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dataDir)
    return bavail * bsize < MIN_FREE_BYTES
  } catch {
    return false
  }
}

function diskFull(dataDir: string): string {
  return `The disk of ${dataDir} is full. Free space, or move the data and set STOA_DATA_DIR.`
}

interface SystemError {
  readonly code?: string
  readonly syscall?: string
  readonly path?: string
  readonly name?: string
  readonly message?: string
  readonly errors?: readonly SystemError[]
}

/** One line about why the platform did not start, and what to do. Never repeats a password of an address. */
export function explainStartError(error: unknown, config: Config): string {
  const cause = innermost(error as SystemError)
  const dataDir = resolve(config.dataDir)
  return (
    explainListen(cause, config) ??
    explainDatabase(cause, config) ??
    explainFiles(cause, config, dataDir) ??
    explainNamed(error, cause) ??
    `Stoa could not start: ${firstLine(cause.message ?? String(error))}`
  )
}

/** Connecting to a name with several addresses fails with one error per address. */
function innermost(error: SystemError): SystemError {
  return error.errors?.[0] ?? error
}

function explainListen({ code, syscall }: SystemError, { host, port }: Config): string | null {
  if (syscall !== 'listen' && syscall !== 'bind' && syscall !== 'getaddrinfo') return null
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop that program, or choose another port: STOA_PORT=${port + 1}.`
  }
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this user has. Choose one above 1023 with STOA_PORT.`
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine. Correct STOA_HOST.`
  return null
}

const DOWN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'does not answer (connection refused). Start it, or correct STOA_DATABASE_URL.',
  ECONNRESET: 'closed the connection. Check the server, or correct STOA_DATABASE_URL.',
  ETIMEDOUT: 'does not answer (timeout). Check the network, or correct STOA_DATABASE_URL.',
  ENOTFOUND: 'cannot be found by that name. Correct STOA_DATABASE_URL.',
  EAI_AGAIN: 'cannot be found by that name now. Check the network, or correct STOA_DATABASE_URL.',
  ENOENT: 'has no socket there. Start it, or correct STOA_DATABASE_URL.',
  '28P01': 'refuses this user or password. Correct STOA_DATABASE_URL.',
  '28000': 'refuses this user. Correct STOA_DATABASE_URL or its pg_hba.conf.',
  '3D000': 'has no database of that name. Create it, or correct STOA_DATABASE_URL.',
  '42501': 'does not let this user create schemas. Grant CREATE on the database.',
  '53300': 'has no connection left. Raise max_connections or stop other clients.',
  '57P03': 'is still starting. Wait a moment and start Stoa again.',
}

function explainDatabase({ code, message }: SystemError, { databaseUrl }: Config): string | null {
  if (databaseUrl === null) return null
  const { host, pathname } = new URL(databaseUrl)
  const text = code === undefined ? undefined : DOWN[code]
  if (text) return `The database ${host}${pathname} ${text}`
  return message?.includes('timeout') ? `The database ${host}${pathname} ${DOWN['ETIMEDOUT']}` : null
}

function explainFiles({ code, path, message }: SystemError, config: Config, dataDir: string): string | null {
  if (code === 'ENOSPC' || /No space left on device|ENOSPC/.test(message ?? '')) {
    return diskFull(dataDir)
  }
  if (code === undefined || path === undefined) return null
  if (config.bootstrapFile !== null && resolve(config.bootstrapFile) === path) {
    return `The manifest ${config.bootstrapFile} (STOA_BOOTSTRAP) cannot be read (${code}). Correct the path or its rights.`
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR'].includes(code)) {
    return `The data folder ${dataDir} cannot be used (${code} at ${path}). Give this user the right to write there, or choose another with STOA_DATA_DIR.`
  }
  return null
}

/** Errors whose own words already say what to do. */
const SELF_EXPLAINING = new Set(['DirectoryInUse', 'DataDirError', 'MigrationError'])

function explainNamed(error: unknown, cause: SystemError): string | null {
  if (error instanceof StoaError) return `The bootstrap manifest could not be applied: ${error.message}`
  return SELF_EXPLAINING.has(cause.name ?? '') ? firstLine(cause.message ?? '') : null
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}
