import { sql } from 'kysely'
import type { Db } from '../../../kit/db/database.js'
import type { VisibleSet } from '../../accounts/index.js'
import { visibleCondition } from './visible-condition.js'

/** Apps that are named for all repositories of one answer together. */
export const MAX_LINKED_SPACES = 2_000
/** Apps that are named for one repository. */
export const MAX_SPACES_EACH = 100

/** Full names of visible apps whose card names a repository, by the filter that names it (`models:acme/x`). */
export async function listLinkedSpaces(
  db: Db,
  filters: readonly string[],
  visible: VisibleSet,
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ filter: string; namespace: string; name: string }>`
    select filter, namespace, name from catalog.entries, unnest(filters) as filter
    where type = 'space' and filters && ${[...filters]}::text[] and filter = any(${[...filters]}::text[])
      and ${visibleCondition(visible)}
    order by trending desc, repo_id desc limit ${MAX_LINKED_SPACES}`.execute(db)
  const found = new Map<string, string[]>(filters.map((filter) => [filter, []]))
  for (const { filter, namespace, name } of rows) {
    const names = found.get(filter)
    if (names && names.length < MAX_SPACES_EACH) names.push(`${namespace}/${name}`)
  }
  return found
}

/** How many visible models name each of the given ones as their base; those without any are absent. */
export async function countChildren(
  db: Db,
  fullNames: readonly string[],
  visible: VisibleSet,
): Promise<Map<string, number>> {
  const filters = fullNames.map((name) => `base_model:${name}`)
  const { rows } = await sql<{ filter: string; count: bigint }>`
    select filter, count(*) as count from catalog.entries, unnest(filters) as filter
    where type = 'model' and filters && ${filters}::text[] and filter = any(${filters}::text[])
      and ${visibleCondition(visible)}
    group by filter`.execute(db)
  return new Map(rows.map((row) => [row.filter.slice('base_model:'.length), Number(row.count)]))
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
