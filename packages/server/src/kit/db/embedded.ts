import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { PoolConfig } from 'pg'

const WORKER = fileURLToPath(new URL('../../../src/kit/db/embedded-worker.mjs', import.meta.url))
const MAX_POOL = 4

/** A database inside this process's own worker thread. */
export interface Embedded {
  readonly pool: PoolConfig
  close(): Promise<void>
}

/** Opens PGlite in a worker; `dataDir` null keeps everything in memory. The socket folder is private and short (107 bytes at most). */
export async function openEmbedded(dataDir: string | null): Promise<Embedded> {
  const runDir = mkdtempSync(join(tmpdir(), 'stoa-pg-'))
  const worker = new Worker(WORKER, {
    workerData: { dataDir, socketPath: join(runDir, '.s.PGSQL.5432') },
    execArgv: [],
  })
  await once(worker, 'ready')
  return {
    pool: { host: runDir, port: 5432, user: 'postgres', database: 'postgres', max: MAX_POOL },
    close: async () => {
      worker.postMessage('close')
      await once(worker, 'closed')
      await worker.terminate()
      rmSync(runDir, { recursive: true, force: true })
    },
  }
}

function once(worker: Worker, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => reject(new Error(`the embedded database stopped with code ${code}`))
    worker.once('error', reject)
    worker.once('exit', onExit)
    worker.on('message', (message) => {
      if (message !== word) return
      worker.off('exit', onExit)
      resolve()
    })
  })
}
