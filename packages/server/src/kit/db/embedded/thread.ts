import { setFlagsFromString } from 'node:v8'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { DurableFs, durableStartParams } from './durable-fs.js'
import { SessionBridge } from './session-bridge.js'
import type { FromThread, ThreadSettings, ToThread } from './thread-protocol.js'

/** The thread in which the embedded database lives: a heavy query must not block the event loop that answers requests. */

// V8 begins to optimise a WebAssembly function after 1.8 MB of executed code: in a database that is during the start, where
// the compiler takes the cores from it. Measured on 2 cores: opening 470 → 280 ms, queries a second no fewer.
setFlagsFromString('--wasm-tiering-budget=200000000')

const settings = workerData as ThreadSettings
const parent = parentPort as MessagePort
const busySince = new BigInt64Array(settings.busySince)

const tell = (message: FromThread): void => parent.postMessage(message)
const tellCrash = (error: unknown): void =>
  tell({ kind: 'crashed', message: error instanceof Error ? error.message : String(error) })

async function openFiles(dataDir: string): Promise<DurableFs> {
  const { recordPath } = settings
  if (recordPath === null) return new DurableFs(dataDir)
  const { recordOperations } = await import('./recording-fs.js')
  return new DurableFs(dataDir, (files) => recordOperations(files, recordPath))
}

async function open(): Promise<void> {
  const { dataDir } = settings
  const kept = dataDir === null ? {} : { fs: await openFiles(dataDir), startParams: durableStartParams }
  const lite = await PGlite.create({
    ...kept,
    extensions: { pg_trgm, unaccent, btree_gin },
    postgresqlconf: settings.postgresqlConf,
  })
  const version = await lite.query<{ version: string }>(`select current_setting('server_version') as version`)
  const bridge = new SessionBridge({
    run: (bytes, onRawData) =>
      lite.runExclusive(() => lite.execProtocolRawStream(bytes, { onRawData, syncToFs: false })),
    serverVersion: version.rows[0]?.version ?? '0',
    idleTransactionMs: settings.idleTransactionMs,
    onBusy: (isBusy) => void Atomics.store(busySince, 0, isBusy ? process.hrtime.bigint() : 0n),
    onCrash: tellCrash,
  })
  parent.on('message', (message: ToThread) => {
    if (message.kind === 'connect') bridge.accept(message.port)
    else lite.close().then(() => tell({ kind: 'closed' }), tellCrash)
  })
  tell({ kind: 'ready' })
}

open().catch(tellCrash)
