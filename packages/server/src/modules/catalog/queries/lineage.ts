import { sql } from 'kysely'
import type { Db } from '../../../kit/db/database.js'
import type { VisibleSet } from '../listing/visible.js'
import { visibleCondition } from './visible-condition.js'

/** Apps that are named on a model's or dataset's information. */
export const MAX_LINKED_SPACES = 100

/** Full names of visible apps whose card names the repository. */
export async function listLinkedSpaces(db: Db, filter: string, visible: VisibleSet): Promise<string[]> {
  const { rows } = await sql<{ namespace: string; name: string }>`
    select namespace, name from catalog.entries
    where type = 'space' and filters @> ${[filter]}::text[] and ${visibleCondition(visible)}
    order by trending desc, repo_id desc limit ${MAX_LINKED_SPACES}`.execute(db)
  return rows.map((row) => `${row.namespace}/${row.name}`)
}

/** How many visible models name this one as their base. */
export async function countChildren(db: Db, fullName: string, visible: VisibleSet): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from catalog.entries
    where type = 'model' and filters @> ${[`base_model:${fullName}`]}::text[] and ${visibleCondition(visible)}`.execute(
    db,
  )
  return Number(rows[0]?.count ?? 0)
}

/** Ids of visible models by full name; names that nobody here has, or that are hidden, are absent. */
export async function findModelIds(
  db: Db,
  fullNames: readonly string[],
  visible: VisibleSet,
): Promise<Map<string, string>> {
  const lower = fullNames.slice(0, 100).map((name) => name.toLowerCase())
  const { rows } = await sql<{ repoId: string; fullName: string }>`
    select repo_id, full_name from catalog.entries
    where type = 'model' and full_name = any(${lower}::text[]) and ${visibleCondition(visible)}`.execute(db)
  return new Map(rows.map((row) => [row.fullName, row.repoId]))
}
