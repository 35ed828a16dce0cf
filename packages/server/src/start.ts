import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { App } from './app.js'
import { createAudit } from './kit/audit/audit.js'
import { openBlobs } from './kit/blobs/open.js'
import { type Clock, systemClock } from './kit/clock.js'
import type { Config } from './kit/config.js'
import { openDataDir } from './kit/data-dir/open-data-dir.js'
import { beginDatabase, type Database } from './kit/db/database.js'
import { migrate } from './kit/db/migrate.js'
import { findBuiltTemplate } from './kit/db/template.js'
import { createEvents } from './kit/events/events.js'
import { createIds } from './kit/ids.js'
import { loadInstanceKey } from './kit/instance-key.js'
import { createJobs } from './kit/jobs/jobs.js'
import type { Kit } from './kit/kit.js'
import { createLog, type Log } from './kit/log.js'
import { createMail } from './kit/mail/mail.js'
import { openCarrier } from './kit/mail/open.js'
import { createUuids } from './kit/uuids.js'
import type { ApplyResult } from './manifest/index.js'

export interface StartOptions {
  readonly clock?: Clock
  readonly log?: Log
  /** Checks every answer against its contract; on in tests and development. */
  readonly checkResponses?: boolean
  /** Where `{ env: NAME }` of the bootstrap manifest is looked up. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** A running server. */
export interface Running {
  readonly url: string
  /** Where this process itself listens; differs from `url` behind a proxy. */
  readonly address: string
  readonly dataDir: string
  readonly app: App
  readonly kit: Kit
  /** What the bootstrap manifest did; null without one. */
  readonly bootstrap: ApplyResult | null
  stop(): Promise<void>
}

/** Opens the stores, builds the house, applies the bootstrap manifest, listens. What was opened is closed again when it fails. */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const closers: Closers = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return await open(config, options, closers, stop)
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

type Closers = (() => Promise<void>)[]

async function open(
  config: Config,
  options: StartOptions,
  closers: Closers,
  stop: () => Promise<void>,
): Promise<Running> {
  const log = options.log ?? createLog()
  const dataDir = resolve(config.dataDir)
  if (config.databaseUrl === null) closers.push((await openDataDir(dataDir)).release)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const embeddedDir = join(dataDir, 'database')
  const templateDir = findBuiltTemplate()
  const database = beginDatabase({ databaseUrl: config.databaseUrl, embeddedDir, templateDir, log })
  closers.push(() => database.close())
  // The house is built while the embedded database opens in its thread: each takes half a second.
  const opened = database.opened()
  opened.catch(() => {})
  const { createApp } = await import('./app.js')
  const reached = { publicUrl: config.publicUrl ?? `http://${bracket(config.host)}:${config.port}` }
  const clock = options.clock ?? systemClock
  const kit = await createKit({ config, clock, log, dataDir, database, publicUrl: () => reached.publicUrl }, closers)
  const app = createApp(kit, {
    checkResponses: options.checkResponses ?? false,
    databaseHealth: database.health,
  })
  await Promise.all([opened, app.http.prepare()])
  await migrate(database)
  closers.push(() => app.stopModules())
  await app.startModules()
  await kit.mail.start()
  kit.events.start()
  if (config.roles.includes('worker')) kit.jobs.start()
  const { bootstrapFile } = config
  const bootstrap = bootstrapFile ? await app.manifest.applyFile(bootstrapFile, options.environment ?? {}) : null
  closers.push(() => app.http.close())
  const { port } = await app.http.listen(config.host, config.port)
  const address = `http://${hostText(config.host)}:${port}`
  if (config.publicUrl === null) reached.publicUrl = address
  return { url: reached.publicUrl, address, dataDir, app, kit, bootstrap, stop }
}

type Ground = Pick<Kit, 'config' | 'clock' | 'log' | 'dataDir' | 'publicUrl'> & { readonly database: Database }

async function createKit({ database: { db, write }, ...ground }: Ground, closers: Closers): Promise<Kit> {
  const { config, clock, log, dataDir } = ground
  const ids = createIds(clock)
  const events = createEvents({ db, write, clock, log })
  closers.push(() => events.stop())
  const jobs = createJobs({ db, write, clock, ids, log })
  closers.push(() => jobs.stop())
  const instanceKey = config.instanceKey === null ? loadInstanceKey(dataDir) : Buffer.from(config.instanceKey, 'hex')
  const carrier = openCarrier(config, ground.publicUrl)
  return {
    ...ground,
    db,
    write,
    blobs: await openBlobs(config.blobsUrl, dataDir),
    jobs,
    events,
    ids,
    mail: createMail({ ...ground, db, write, jobs, ids, instanceKey, carrier, keepDays: config.mail.keepDays }),
    audit: createAudit({ clock, uuids: createUuids(clock), instanceKey }),
    instanceKey,
  }
}

function hostText(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : bracket(host)
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
