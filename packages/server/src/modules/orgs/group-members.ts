import type { Db, Tx } from '../../kit/db/database.js'
import type { GroupMembership } from '../../kit/http/actor.js'
import { type AccountRow, listAccountRowsById } from '../accounts/index.js'
import { type GroupMemberRow, listGroupMemberRows } from './queries/resource-groups.js'

/** Somebody who was added to a group by name. */
export interface GroupMember extends Pick<AccountRow, 'id' | 'name' | 'fullname' | 'avatarUrl'> {
  readonly groupId: string
  readonly role: GroupMembership['role']
  /** The name of who did it. */
  readonly addedBy: string | null
}

/** People added to these groups, by name; whoever joins by themselves is not among them. */
export async function listGroupMembers(
  db: Db | Tx,
  groupIds: readonly string[],
  limit: number,
): Promise<GroupMember[]> {
  const rows = await listGroupMemberRows(db, groupIds, limit)
  const ids = new Set(rows.flatMap(({ userId, addedBy }) => (addedBy === null ? [userId] : [userId, addedBy])))
  const accounts = await listAccountRowsById(db, [...ids])
  const names = new Map(accounts.map(({ id, name }) => [id, name]))
  const places = new Map<string, GroupMemberRow[]>()
  for (const row of rows) places.set(row.userId, [...(places.get(row.userId) ?? []), row])
  return accounts.flatMap(({ id, name, fullname, avatarUrl, state }) =>
    (state === 'active' ? (places.get(id) ?? []) : []).map(({ groupId, role, addedBy }) => {
      const by = addedBy === null ? null : (names.get(addedBy) ?? null)
      return { groupId, id, name, fullname, avatarUrl, role, addedBy: by }
    }),
  )
}
