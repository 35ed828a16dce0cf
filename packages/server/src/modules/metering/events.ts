import type { Tx } from '../../kit/db/database.js'
import type { MeteringDeps } from './deps.js'

/** A budget was made, changed or removed: every process forgets the call terms it keeps. */
export const LIMITS_CHANGED = 'metering.limits.changed'
/** A window passed one of its soft thresholds. */
export const SOFT_LIMIT_REACHED = 'metering.budget.softReached'

export async function announceLimits(deps: Pick<MeteringDeps, 'events'>, tx: Tx): Promise<void> {
  await deps.events.emit(tx, LIMITS_CHANGED, {})
}
