import type { Tx } from '../../../kit/db/database.js'
import type { CommerceDeps } from '../deps.js'
import { listListingsOf, renameInListings } from './erase-queries.js'
import { changeListingState } from './save-listing.js'

/**
 * Ends what an erased person sells and takes their name out of books that must be kept. Amounts, dates and ids stay: that
 * is what the law asks to keep.
 */
export async function eraseSeller(
  deps: Pick<CommerceDeps, 'audit' | 'clock' | 'events' | 'ids' | 'write'>,
  person: { readonly userId: string; readonly name: string; readonly pseudonym: string },
): Promise<void> {
  await deps.write(async (tx: Tx) => {
    for (const listing of await listListingsOf(tx, person.userId)) {
      if (listing.state !== 'retired') await changeListingState(deps, tx, listing, 'retired')
      const target = { type: 'listing', id: listing.id }
      await deps.audit.record(tx, { chain: person.userId, action: 'billing.listing.update', target })
    }
    const target = { type: 'user', id: person.userId }
    await deps.audit.record(tx, { chain: person.userId, action: 'billing.seller.erase', target })
    await renameInListings(tx, person)
  })
}
