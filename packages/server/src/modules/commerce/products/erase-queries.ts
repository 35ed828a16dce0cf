import { sql } from 'kysely'
import type { Tx } from '../../../kit/db/database.js'
import { findListing, type ListingRow } from './queries.js'

/** Every listing of a seller, whatever its state. */
export async function listListingsOf(tx: Tx, sellerId: string): Promise<ListingRow[]> {
  const rows = await tx.selectFrom('commerce.listings').select('id').where('sellerId', '=', sellerId).execute()
  const listings = await Promise.all(rows.map(({ id }) => findListing(tx, id)))
  return listings.filter((listing) => listing !== null)
}

/** Puts a pseudonym in the place of a name: in listings, and in the names of what calls were made to. */
export async function renameInAccounts(
  tx: Tx,
  { userId, name, pseudonym }: { readonly userId: string; readonly name: string; readonly pseudonym: string },
): Promise<void> {
  const old = `repo:${name.toLowerCase()}/`
  // Still one name for each thing that was sold, and no longer the name its owner gave it.
  const rest = sql<string>`${`repo:${pseudonym}/`} || left(md5(substr(resource, ${old.length + 1}::int)), 12)`
  const isTheirs = sql<boolean>`starts_with(lower(resource), ${old})`
  await tx
    .updateTable('commerce.listings')
    .set({
      slug: sql<string>`${`${pseudonym}/`} || id`,
      title: pseudonym,
      summary: '',
      resource: sql<string>`case when ${isTheirs} then ${rest} else resource end`,
    })
    .where('sellerId', '=', userId)
    .execute()
  await tx.updateTable('commerce.callHours').set({ resource: rest }).where(isTheirs, '=', true).execute()
  await tx
    .updateTable('commerce.plans')
    .set({ key: sql<string>`${pseudonym} || '-' || id` })
    .where('ownerId', '=', userId)
    .execute()
}
