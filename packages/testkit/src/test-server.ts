import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Client, createClient } from '@stoa/sdk'
import { readConfig, type Running, start } from '@stoa/server'
import {
  type Clock,
  copyTemplateDatabase,
  createTestClock,
  DEMAND_AUDIT,
  silentLog,
  systemClock,
} from '@stoa/server/testing'
import { openTestStores } from './test-stores.js'

export interface TestServerOptions {
  /** Settings by their environment names, over the test defaults. */
  readonly env?: Record<string, string>
  readonly clock?: Clock
  /** A data folder that a server on the embedded database left: the new one begins with a copy of it. */
  readonly dataFrom?: string
  /** Shows the server's log lines; for looking into a failing test. */
  readonly log?: 'shown'
}

/** A real server on a free loopback port with a data folder of its own. */
export interface TestServer {
  readonly url: string
  readonly running: Running
  /** A client with this token, or anonymous. */
  client(token?: string): Client
  /** Waits until every event emitted so far has been handled. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts the product as a person would, quiet and without rate limits. With `STOA_TEST_DATABASE_URL` it gets a database of
 * its own on that PostgreSQL, with `STOA_TEST_BLOBS_URL` a prefix of its own in that bucket: every suite runs on both backs.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stoa-test-'))
  const stores = await openTestStores(basename(dataDir), 'migrated')
  const settings = { STOA_PORT: '0', STOA_DATA_DIR: dataDir, STOA_RATE_LIMITS: 'off', ...stores.env, ...options.env }
  const config = readConfig(settings)
  if (options.dataFrom !== undefined) cpSync(options.dataFrom, dataDir, { recursive: true })
  else if (config.databaseUrl === null) await copyTemplateDatabase(join(dataDir, 'database'), DEMAND_AUDIT)
  const running = await start(config, {
    clock: options.clock ?? systemClock,
    checkResponses: true,
    ...(options.log === 'shown' ? {} : { log: silentLog }),
  })
  return {
    url: running.url,
    running,
    client: (token) => createClient({ baseUrl: running.url, ...(token === undefined ? {} : { token }) }),
    settled: () => running.kit.events.drained(),
    stop: async () => {
      await running.stop()
      await stores.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export { createTestClock }
