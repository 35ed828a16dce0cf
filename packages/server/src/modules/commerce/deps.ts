import type { Audit } from '../../kit/audit/audit.js'
import type { Clock } from '../../kit/clock.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Events } from '../../kit/events/events.js'
import type { Ids } from '../../kit/ids.js'
import type { Accounts } from '../accounts/index.js'

/** What this module uses of the kit and of earlier modules. */
export interface CommerceDeps {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly events: Events
  readonly audit: Audit
  readonly clock: Clock
  readonly ids: Ids
  readonly accounts: Pick<Accounts, 'findAccount' | 'getAccount'>
}
