import type { Tx } from '../../kit/db/database.js'
import type { CommerceDeps } from './deps.js'

/** Prices, listings or budgets changed: every process forgets the call terms it keeps. */
export const PRICES_CHANGED = 'commerce.prices.changed'

export async function announcePrices(deps: Pick<CommerceDeps, 'events'>, tx: Tx): Promise<void> {
  await deps.events.emit(tx, PRICES_CHANGED, {})
}
