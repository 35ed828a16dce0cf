import type { Tx } from '../../../kit/db/database.js'
import { resourceWithoutName } from '../../commerce/index.js'

/** Puts a pseudonym in the place of a name in what calls were made to, as the listings have it. */
export async function renameInHours(
  tx: Tx,
  person: { readonly name: string; readonly pseudonym: string },
): Promise<void> {
  const { isTheirs, renamed } = resourceWithoutName(person)
  await tx.updateTable('metering.callHours').set({ resource: renamed }).where(isTheirs, '=', true).execute()
}
