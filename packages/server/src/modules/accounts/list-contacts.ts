import type { Db } from '../../kit/db/database.js'
import { avatarUrlOf } from './account.js'
import { listAccountRowsById } from './queries/accounts.js'

/** How a person is named to somebody they dealt with. */
export interface Contact {
  readonly name: string
  readonly fullname: string
  readonly avatarUrl: string
  /** To be shown only to whom the person agreed to share it with. */
  readonly email: string | null
}

/** Contacts of the ids that are people and were not removed. */
export async function listContacts(db: Db, ids: readonly string[]): Promise<Map<string, Contact>> {
  const rows = await listAccountRowsById(db, ids)
  const people = rows.filter((row) => row.kind === 'user' && row.state !== 'removed')
  return new Map(
    people.map((row) => [
      row.id,
      { name: row.name, fullname: row.fullname, avatarUrl: avatarUrlOf(row), email: row.email },
    ]),
  )
}
