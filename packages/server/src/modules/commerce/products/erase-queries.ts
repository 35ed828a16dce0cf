import { sql } from 'kysely'
import type { Tx } from '../../../kit/db/database.js'
import { findListing, type ListingRow } from './queries.js'

/** Every listing of a seller, whatever its state. */
export async function listListingsOf(tx: Tx, sellerId: string): Promise<ListingRow[]> {
  const rows = await tx.selectFrom('commerce.listings').select('id').where('sellerId', '=', sellerId).execute()
  const listings = await Promise.all(rows.map(({ id }) => findListing(tx, id)))
  return listings.filter((listing) => listing !== null)
}

/** Puts a pseudonym in the place of a name: in listings, and in the names of what is sold. */
export async function renameInListings(
  tx: Tx,
  { userId, name, pseudonym }: { readonly userId: string; readonly name: string; readonly pseudonym: string },
): Promise<void> {
  const { isTheirs, renamed } = resourceWithoutName({ name, pseudonym })
  await tx
    .updateTable('commerce.listings')
    .set({
      slug: sql<string>`${`${pseudonym}/`} || id`,
      title: pseudonym,
      summary: '',
      resource: sql<string>`case when ${isTheirs} then ${renamed} else resource end`,
    })
    .where('sellerId', '=', userId)
    .execute()
  await tx
    .updateTable('commerce.plans')
    .set({ key: sql<string>`${pseudonym} || '-' || id` })
    .where('ownerId', '=', userId)
    .execute()
}

/** For a column called `resource`: whether it lies under a name, and what it is called when the name is gone. */
export function resourceWithoutName({ name, pseudonym }: { readonly name: string; readonly pseudonym: string }) {
  const old = `repo:${name.toLowerCase()}/`
  return {
    isTheirs: sql<boolean>`starts_with(lower(resource), ${old})`,
    // Still one name for each thing that was sold, and no longer the name its owner gave it.
    renamed: sql<string>`${`repo:${pseudonym}/`} || left(md5(substr(resource, ${old.length + 1}::int)), 12)`,
  }
}
