import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openTestStores } from '@stoa/testkit'
import type { Order, Report } from './server-process.js'

const HERE = dirname(fileURLToPath(import.meta.url))

/** Servers that answer now. */
export interface Servers {
  readonly addresses: readonly string[]
  stop(): Promise<void>
}

/** Two processes, kept for a whole run; `start` gives each a server on stores that they share and nobody else has. */
export interface ServerPair {
  start(env: Record<string, string>): Promise<Servers>
  close(): Promise<void>
}

/** Needs `STOA_TEST_DATABASE_URL` and `STOA_TEST_BLOBS_URL` (scripts/with-postgres.mjs, scripts/with-s3.mjs). */
export function openServerPair(): ServerPair {
  for (const name of ['STOA_TEST_DATABASE_URL', 'STOA_TEST_BLOBS_URL'])
    if (!process.env[name]) throw new Error(`two servers need ${name}: run below with-postgres.mjs and with-s3.mjs`)
  const children = [0, 1].map(() => fork(join(HERE, 'server-process.ts'), { execArgv: process.execArgv }))
  const order = async (child: ChildProcess, words: Order): Promise<Report> => {
    const report = new Promise<Report>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Report))
      child.once('exit', (code) => reject(new Error(`a server process ended with ${code}`)))
    })
    child.send(words)
    const { error, ...rest } = await report
    child.removeAllListeners('exit')
    if (error !== undefined) throw new Error(error)
    return rest
  }
  return {
    start: async (env) => {
      const folder = mkdtempSync(join(tmpdir(), 'stoa-pair-'))
      const stores = await openTestStores(basename(folder).toLowerCase())
      const shared = { STOA_PORT: '0', STOA_RATE_LIMITS: 'off', STOA_INSTANCE_KEY: randomBytes(32).toString('hex') }
      const addresses: string[] = []
      for (const [index, child] of children.entries()) {
        const settings = { ...shared, STOA_DATA_DIR: join(folder, String(index)), ...stores.env, ...env }
        addresses.push((await order(child, { start: settings })).url ?? '')
      }
      for (const child of children) await order(child, { settle: true })
      return {
        addresses,
        stop: async () => {
          for (const child of children) await order(child, { stop: true })
          await stores.drop()
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
    close: async () => {
      for (const child of children) child.kill()
    },
  }
}
