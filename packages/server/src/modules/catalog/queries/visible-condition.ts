import { type RawBuilder, sql } from 'kysely'
import { type VisibleColumns, type VisibleSet, visibleCondition as condition } from '../../accounts/index.js'

const COLUMNS: VisibleColumns = {
  visibility: sql.raw('visibility'),
  accountId: sql.raw('account_id'),
  resourceGroupId: sql.raw('resource_group_id'),
  namespace: sql.raw('lower(namespace)'),
  typedName: sql.raw("type || ':' || full_name"),
}

/** The SQL of a `VisibleSet` over `catalog.entries`; nothing is listed, counted or linked without it. */
export function visibleCondition(visible: VisibleSet): RawBuilder<boolean> {
  return condition(visible, COLUMNS)
}
