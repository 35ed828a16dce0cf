import { type Entry, fullNameOf } from '../entry.js'
import { MAX_SEARCH_OFFSET, writeCursor } from './cursor.js'
import type { ListPlan } from './list-plan.js'
import type { SortKey } from './sort-key.js'

/** Where the page after this one begins. It names the last row that is still visible: a hidden one must not be told by its name or numbers. */
export function nextCursor(plan: ListPlan, page: readonly Entry[], visibleIds: ReadonlySet<string>): string | null {
  const last = page.findLast((row) => visibleIds.has(row.repoId))
  if (!last) return null
  if (plan.sort === 'relevance') {
    const offset = (plan.cursor?.kind === 'offset' ? plan.cursor.offset : 0) + page.length
    return offset >= MAX_SEARCH_OFFSET ? null : writeCursor({ kind: 'offset', offset }, plan.sort)
  }
  return writeCursor({ kind: 'after', value: sortValue(last, plan.sort), repoId: last.repoId }, plan.sort)
}

function sortValue(entry: Entry, sort: Exclude<SortKey, 'relevance'>): string | number {
  if (sort === 'updatedAt' || sort === 'createdAt') return entry[sort].toISOString()
  if (sort === 'fullName') return fullNameOf(entry).toLowerCase()
  if (sort === 'parameterCount') return entry.facts.repo.parameterCount ?? 0
  return entry[sort]
}
