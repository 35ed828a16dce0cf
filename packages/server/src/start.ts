import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type App, createApp } from './app.js'
import { openBlobs } from './kit/blobs/open.js'
import { type Clock, systemClock } from './kit/clock.js'
import type { Config } from './kit/config.js'
import { openDatabase } from './kit/db/database.js'
import { migrate } from './kit/db/migrate.js'
import { createEvents } from './kit/events/events.js'
import { createIds } from './kit/ids.js'
import { loadInstanceKey } from './kit/instance-key.js'
import { createJobs } from './kit/jobs/jobs.js'
import type { Kit } from './kit/kit.js'
import { createLog, type Log } from './kit/log.js'

export interface StartOptions {
  readonly clock?: Clock
  readonly log?: Log
  /** Checks every answer against its contract; on in tests and development. */
  readonly checkResponses?: boolean
}

/** A running server. */
export interface Running {
  readonly url: string
  readonly dataDir: string
  readonly app: App
  readonly kit: Kit
  stop(): Promise<void>
}

/** Opens the stores, builds the house, listens. */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const clock = options.clock ?? systemClock
  const log = options.log ?? createLog()
  const dataDir = resolve(config.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  let publicUrl = config.publicUrl ?? `http://${config.host}:${config.port}`
  const embeddedDir = join(dataDir, 'database')
  const database = await openDatabase({ databaseUrl: config.databaseUrl, embeddedDir, log })
  await migrate(database)
  const blobs = await openBlobs(config.blobsUrl, dataDir)
  const ids = createIds(clock)
  const events = createEvents({ db: database.db, write: database.write, clock, log })
  const jobs = createJobs({ db: database.db, write: database.write, clock, ids, log })
  const kit: Kit = {
    config,
    db: database.db,
    write: database.write,
    blobs,
    jobs,
    events,
    clock,
    ids,
    log,
    dataDir,
    publicUrl: () => publicUrl,
    instanceKey: loadInstanceKey(dataDir),
  }
  const app = createApp(kit, { checkResponses: options.checkResponses ?? false })
  await app.startModules()
  events.start()
  if (config.roles.includes('worker')) jobs.start()
  const { port } = await app.http.listen(config.host, config.port)
  if (config.publicUrl === null) publicUrl = `http://${hostText(config.host)}:${port}`
  const stop = async (): Promise<void> => {
    await app.http.close()
    await app.stopModules()
    await jobs.stop()
    await events.stop()
    await database.close()
  }
  return { url: publicUrl, dataDir, app, kit, stop }
}

function hostText(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
