import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { GroupResource } from '../../orgs/index.js'

/** Repositories and buckets that an answer shows of a group. */
const MAX_SHOWN = 10_000

export async function updateRepoGroup(tx: Tx, repoId: string, groupId: string | null, at: Date): Promise<void> {
  await tx
    .updateTable('repos.repos')
    .set({ resourceGroupId: groupId, updatedAt: at })
    .where('id', '=', repoId)
    .execute()
}

export async function updateBucketGroup(tx: Tx, bucketId: string, groupId: string | null, at: Date): Promise<void> {
  await tx
    .updateTable('repos.buckets')
    .set({ resourceGroupId: groupId, updatedAt: at })
    .where('id', '=', bucketId)
    .execute()
}

/** What is in these groups, by group and name. */
export async function listGroupResources(
  db: Db | Tx,
  groupIds: readonly string[],
): Promise<Map<string, GroupResource[]>> {
  const found = new Map<string, GroupResource[]>()
  if (groupIds.length === 0) return found
  const ids = [...groupIds]
  const { rows } = await sql<{ groupId: string; type: string; name: string; private: boolean }>`
    select resource_group_id as group_id, type, namespace || '/' || name as name, visibility <> 'public' as private
    from repos.repos where resource_group_id = any(${ids}::text[])
    union all
    select resource_group_id, 'bucket', namespace || '/' || name, visibility <> 'public'
    from repos.buckets where resource_group_id = any(${ids}::text[])
    order by 3 limit ${MAX_SHOWN}`.execute(db)
  for (const { groupId, type, ...rest } of rows) {
    const resource = { ...rest, type: type as GroupResource['type'], addedBy: null }
    found.set(groupId, [...(found.get(groupId) ?? []), resource])
  }
  return found
}
