import type { Db } from '../../kit/db/database.js'
import { avatarUrlOf } from './account.js'
import { findAccountRowById, listAccountRowsById } from './queries/accounts.js'
import { listFirstAdmins } from './queries/memberships.js'

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

/** Admins of an organisation that letters to it go to. */
const MAX_ADMINS = 5

/** Where letters to an account go: the verified address of a person, of the first admins of an organisation. */
export async function listVerifiedContacts(db: Db, accountId: string): Promise<{ id: string; email: string }[]> {
  const account = await findAccountRowById(db, accountId)
  const ids = account?.kind === 'user' ? [accountId] : await listFirstAdmins(db, accountId, MAX_ADMINS)
  const rows = await listAccountRowsById(db, ids)
  return rows.flatMap(({ id, kind, state, email, emailVerifiedAt }) =>
    kind === 'user' && state === 'active' && email !== null && emailVerifiedAt !== null ? [{ id, email }] : [],
  )
}
