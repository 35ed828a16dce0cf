import type { DirectoryDeps } from '../deps.js'
import { deleteActivityHolding } from '../queries/provisioning.js'
import { listToldNames } from '../queries/provisioned-users.js'

/** Shorter identifiers are in other people's lines too. */
const MIN_LENGTH = 4

/**
 * Removes what the logs of organisations say of a person in requests that were refused: such a line names no account, only
 * what the identity provider sent. Everything else that was told of them goes by the register.
 */
export async function eraseTold(deps: DirectoryDeps, userId: string): Promise<void> {
  const person = await deps.accounts.people.find(deps.db, userId)
  const told = [...(await listToldNames(deps.db, userId)), person?.email ?? null, person?.fullname ?? null]
  const texts = told.filter((text) => text !== null && text.length >= MIN_LENGTH) as string[]
  await deps.write((tx) => deleteActivityHolding(tx, texts))
}
