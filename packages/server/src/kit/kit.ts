import type { Audit } from './audit/audit.js'
import type { BlobStore } from './blobs/port.js'
import type { Clock } from './clock.js'
import type { Config } from './config.js'
import type { Db, Tx } from './db/database.js'
import type { Events } from './events/events.js'
import type { Http } from './http/server.js'
import type { Ids } from './ids.js'
import type { Jobs } from './jobs/jobs.js'
import type { Log } from './log.js'
import type { Mail } from './mail/mail.js'
import type { ManifestNoun } from './manifest/noun.js'
import type { Switch } from './switches.js'

/** What every module may use; made once in `start.ts`. */
export interface Kit {
  readonly config: Config
  /** For reads. A write query demands a `Tx`, which only `write` gives. */
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly blobs: BlobStore
  readonly jobs: Jobs
  /** Every change of governed state is recorded here, in its own transaction. */
  readonly audit: Audit
  readonly events: Events
  /** Letters to people, written in the transaction of the change they tell of. */
  readonly mail: Mail
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** Absolute path of the data folder. */
  readonly dataDir: string
  /** Base of every address given out, without a slash at the end. Known once the server listens. */
  publicUrl(): string
  /** 32 bytes of this instance, kept outside the database; derive keys from it with HKDF and a label. */
  readonly instanceKey: Buffer
}

/** What a module hands to the house besides its own face. */
export interface Module {
  routes?(http: Http): void
  start?(): Promise<void>
  stop?(): Promise<void>
  /** What a manifest may declare of this module, in the order in which items may refer to one another. */
  readonly nouns?: readonly ManifestNoun[]
  /** What of it is on, for the page that tells the operator. */
  switches?(): Promise<readonly Switch[]>
}
