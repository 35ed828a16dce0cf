import { type RawBuilder, sql } from 'kysely'
import type { VisibleSet } from '../authz/visible.js'

/** The columns a table of repositories or buckets keeps its facts in, as SQL. */
export interface VisibleColumns {
  readonly visibility: RawBuilder<unknown>
  readonly accountId: RawBuilder<unknown>
  readonly resourceGroupId: RawBuilder<unknown>
  /** Lower case. */
  readonly namespace: RawBuilder<unknown>
  /** `type:namespace/name`, lower case. */
  readonly typedName: RawBuilder<unknown>
}

/** The SQL of a `VisibleSet`; nothing private is listed, counted or linked without it. */
export function visibleCondition(visible: VisibleSet, columns: VisibleColumns): RawBuilder<boolean> {
  const { isOpen, whole, except, ungrouped, groups, scope } = visible
  if (!isOpen) return sql<boolean>`false`
  const among = (column: RawBuilder<unknown>, values: readonly string[]) => sql`${column} = any(${[...values]}::text[])`
  const ways: RawBuilder<unknown>[] = []
  if (whole === 'all') ways.push(except.length === 0 ? sql`true` : sql`not ${among(columns.accountId, except)}`)
  else if (whole.length > 0) ways.push(among(columns.accountId, whole))
  if (ungrouped.length > 0)
    ways.push(
      sql`(${among(columns.accountId, ungrouped)} and (${columns.resourceGroupId} is null or ${columns.visibility} = 'internal'))`,
    )
  if (groups.length > 0) ways.push(among(columns.resourceGroupId, groups))
  if (ways.length === 0) return sql<boolean>`${columns.visibility} = 'public'`
  const granted = scope
    ? sql` and (${among(columns.namespace, scope.namespaces)} or ${among(columns.typedName, scope.repos)})`
    : sql``
  // One expression to the planner, which would else weigh every way against every index, for longer than the list takes.
  return sql<boolean>`case when ${columns.visibility} = 'public' then true else (${sql.join(ways, sql` or `)})${granted} end`
}
