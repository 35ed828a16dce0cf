import type { MessagePort } from 'node:worker_threads'

/** What the thread of the embedded database is started with. */
export interface ThreadSettings {
  /** Null: in memory. */
  dataDir: string | null
  postgresqlConf: string[]
  idleTransactionMs: number
  /** Tests only: where changes of the files are recorded. */
  recordPath: string | null
  /** One 64-bit cell: when the running exchange began (process.hrtime), 0 when idle. */
  busySince: SharedArrayBuffer
}

export type ToThread = { kind: 'connect'; port: MessagePort } | { kind: 'close' }
export type FromThread = { kind: 'ready' } | { kind: 'closed' } | { kind: 'crashed'; message: string }
