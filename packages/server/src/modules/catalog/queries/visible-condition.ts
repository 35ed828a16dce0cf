import { type RawBuilder, sql } from 'kysely'
import type { VisibleSet } from '../listing/visible.js'

/** The SQL of a `VisibleSet` over the columns of `catalog.entries`; nothing is listed, counted or linked without it. */
export function visibleCondition(visible: VisibleSet): RawBuilder<boolean> {
  const { accounts, scope } = visible
  if (accounts !== 'all' && accounts.length === 0) return sql<boolean>`visibility = 'public'`
  const mine = accounts === 'all' ? sql`true` : sql`account_id = any(${[...accounts]}::text[])`
  const granted = scope
    ? sql`(lower(namespace) = any(${[...scope.namespaces]}::text[]) or type || ':' || full_name = any(${[...scope.repos]}::text[]))`
    : sql`true`
  return sql<boolean>`(visibility = 'public' or (${mine} and ${granted}))`
}
