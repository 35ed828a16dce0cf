import { personal } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import type { CommerceDeps } from '../deps.js'
import { announcePrices } from '../events.js'
import { changeListingState, recordListing } from './save-listing.js'
import { listLiveListings, updateListing } from './queries.js'

type FollowDeps = Pick<CommerceDeps, 'audit' | 'clock' | 'ids' | 'events'>

/** What is sold got another name: its listings follow. Repeating it changes nothing. */
export async function followMove(deps: FollowDeps, tx: Tx, from: string, to: string): Promise<void> {
  const listings = await listLiveListings(tx, from)
  for (const listing of listings) {
    await updateListing(tx, listing.id, { resource: to, updatedAt: deps.clock.now() })
    const name = (resource: string) => ({ resource: personal(listing.sellerId, resource) })
    const facts = { before: name(from), after: name(to) }
    await recordListing(deps, tx, listing, { action: 'billing.listing.update', ...facts })
  }
  if (listings.length > 0) await announcePrices(deps, tx)
}

/** What is sold is gone: its listings retire. */
export async function followRemoval(deps: FollowDeps, tx: Tx, resource: string): Promise<void> {
  for (const listing of await listLiveListings(tx, resource)) await changeListingState(deps, tx, listing, 'retired')
}
