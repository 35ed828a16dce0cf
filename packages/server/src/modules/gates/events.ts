import type { Tx } from '../../kit/db/database.js'
import type { GateDeps } from './deps.js'

/** Somebody stands otherwise before the gate of a repository than before; `withdrawn` by their own will. */
export interface AccessChange {
  readonly repoId: string
  readonly userId: string
  readonly status: 'pending' | 'accepted' | 'rejected' | 'withdrawn'
  readonly actorId: string
}

/** Announces in the transaction of the change. */
export async function announceAccess(deps: Pick<GateDeps, 'events'>, tx: Tx, change: AccessChange): Promise<void> {
  await deps.events.emit(tx, 'gates.access', change)
}
