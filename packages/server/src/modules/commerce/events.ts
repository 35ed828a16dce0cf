import type { Tx } from '../../kit/db/database.js'
import type { CommerceDeps } from './deps.js'

/** Prices or listings changed: whoever keeps terms made of them asks again. */
export const PRICES_CHANGED = 'commerce.prices.changed'

export async function announcePrices(deps: Pick<CommerceDeps, 'events'>, tx: Tx): Promise<void> {
  await deps.events.emit(tx, PRICES_CHANGED, {})
}
