import type { Clock } from '../clock.js'
import type { Db, Tx } from '../db/database.js'
import type { Ids } from '../ids.js'
import type { Jobs } from '../jobs/jobs.js'
import type { Log } from '../log.js'
import type { MailCarrier } from './port.js'

export interface MailDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly jobs: Jobs
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly instanceKey: Uint8Array
  readonly carrier: MailCarrier
  /** Days what a letter said is kept after it left. */
  readonly keepDays: number
  publicUrl(): string
}
