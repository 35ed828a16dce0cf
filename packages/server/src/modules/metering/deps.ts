import type { Audit } from '../../kit/audit/audit.js'
import type { BlobStore } from '../../kit/blobs/port.js'
import type { Clock } from '../../kit/clock.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Events } from '../../kit/events/events.js'
import type { Ids } from '../../kit/ids.js'
import type { Log } from '../../kit/log.js'
import type { Accounts } from '../accounts/index.js'
import type { Commerce } from '../commerce/index.js'

/** What this module uses of the kit and of earlier modules. */
export interface MeteringDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly blobs: BlobStore
  readonly events: Events
  readonly audit: Audit
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly dataDir: string
  readonly accounts: Pick<Accounts, 'findAccount' | 'getAccount'>
  readonly commerce: Pick<Commerce, 'planLines' | 'onPricesChanged'>
}
