import { refuse } from '@stoa/contracts'
import type { SortKey } from './sort-key.js'

/** Search results deeper than this are not paged to. */
export const MAX_SEARCH_OFFSET = 2_000

/** Where a page begins: after an entry of a sorted list, or at a rank of a search. */
export type Cursor =
  | { readonly kind: 'after'; readonly value: string | number; readonly repoId: string }
  | { readonly kind: 'offset'; readonly offset: number }

const DATE_KEYS = new Set<SortKey>(['updatedAt', 'createdAt'])

/** Opaque text of a cursor. */
export function writeCursor(cursor: Cursor, sort: SortKey): string {
  const parts = cursor.kind === 'after' ? [sort, cursor.value, cursor.repoId] : [sort, cursor.offset]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** Reads a cursor back. Errors: `InvalidRequest` when it is not one of ours for this sort order. */
export function readCursor(text: string, sort: SortKey): Cursor {
  const [forSort, value, repoId] = parseParts(text)
  if (forSort !== sort) throw badCursor()
  if (sort === 'relevance') {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > MAX_SEARCH_OFFSET)
      throw badCursor()
    return { kind: 'offset', offset: value }
  }
  if (typeof repoId !== 'string' || !/^[0-9a-f]{24}$/.test(repoId)) throw badCursor()
  const isText = sort === 'fullName' || DATE_KEYS.has(sort)
  if (isText ? typeof value !== 'string' || value.length > 500 : typeof value !== 'number' || !Number.isFinite(value))
    throw badCursor()
  if (DATE_KEYS.has(sort) && Number.isNaN(Date.parse(String(value)))) throw badCursor()
  if (!isText && sort !== 'trending' && !Number.isSafeInteger(value)) throw badCursor()
  return { kind: 'after', value: value as string | number, repoId }
}

function parseParts(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

function badCursor(): Error {
  return refuse('InvalidRequest', '"cursor" is not valid for this list')
}

/** Absolute `Link` header of the next page: the request's own address with the cursor put in (hub-api 1.5). */
export function nextLink(publicUrl: string, requestUrl: string, cursor: string): string {
  const url = new URL(requestUrl, 'http://internal')
  url.searchParams.set('cursor', cursor)
  return `<${publicUrl}${url.pathname}${url.search}>; rel="next"`
}
