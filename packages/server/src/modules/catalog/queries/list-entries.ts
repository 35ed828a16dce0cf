import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../../kit/db/database.js'
import { MAX_SEARCH_OFFSET } from '../listing/cursor.js'
import type { ListPlan } from '../listing/list-plan.js'
import type { SortKey } from '../listing/sort-key.js'
import { type Search, toTsQuery } from '../listing/search-words.js'
import type { VisibleSet } from '../../accounts/index.js'
import type { Entry } from '../entry.js'
import { ENTRY_COLUMNS, type EntryRow, toEntry } from './entries.js'
import { visibleCondition } from './visible-condition.js'

/** Hits that a search ranks; a word that more repositories carry is ranked among the most popular of them. */
export const MAX_RANKED_HITS = 1_000
/** Names that are compared with a mistyped search, and how many of them are shown. */
export const MAX_ALIKE_HITS = 500
export const MAX_ALIKE_SHOWN = 20
/** How alike a name must be to a mistyped search. */
const TYPO_THRESHOLD = 0.5

const COLUMNS: Readonly<Record<Exclude<SortKey, 'relevance'>, { sql: string; type: string }>> = {
  trending: { sql: 'trending', type: 'double precision' },
  updatedAt: { sql: 'updated_at', type: 'timestamptz' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
  downloads: { sql: 'downloads', type: 'bigint' },
  likes: { sql: 'likes', type: 'bigint' },
  likesRecent: { sql: 'likes_recent', type: 'bigint' },
  fullName: { sql: 'full_name', type: 'text' },
  parameterCount: { sql: 'parameter_count', type: 'bigint' },
  usedBytes: { sql: 'used_bytes', type: 'bigint' },
}

/** Everything of a plan that decides whether an entry belongs to the list, but the search. */
export function planConditions(plan: ListPlan, visible: VisibleSet): RawBuilder<boolean> {
  const parts: RawBuilder<unknown>[] = [sql`type = ${plan.type}`, visibleCondition(visible)]
  if (plan.isEmpty) parts.push(sql`false`)
  if (plan.filters.length > 0) parts.push(sql`filters @> ${[...plan.filters]}::text[]`)
  if (plan.author !== null) parts.push(sql`lower(namespace) = ${plan.author}`)
  if (plan.gated !== null) parts.push(plan.gated ? sql`gated <> 'false'` : sql`gated = 'false'`)
  if (plan.parameters.min !== null) parts.push(sql`parameter_count >= ${plan.parameters.min}`)
  if (plan.parameters.max !== null) parts.push(sql`parameter_count between 1 and ${plan.parameters.max}`)
  if (plan.names !== null) parts.push(sql`full_name = any(${[...plan.names]}::text[])`)
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

/** Words anywhere in the searchable text, or the text as typed inside of the name. */
export function searchCondition(search: Search): RawBuilder<boolean> {
  return sql<boolean>`(search @@ to_tsquery('simple', ${toTsQuery(search)}) or full_name like ${likePattern(search.text)})`
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** One page of a list, one entry more than asked when there is a next page. */
export async function listEntries(db: Db, plan: ListPlan, visible: VisibleSet): Promise<Entry[]> {
  if (plan.sort === 'relevance' && plan.search) return rankEntries(db, plan, plan.search, visible)
  const column = COLUMNS[plan.sort === 'relevance' ? 'trending' : plan.sort]
  const name = sql.raw(column.sql)
  const direction = sql.raw(plan.descending ? 'desc' : 'asc')
  const parts = [planConditions(plan, visible)]
  if (plan.search) parts.push(searchCondition(plan.search))
  if (plan.cursor?.kind === 'after') {
    const compare = sql.raw(plan.descending ? '<' : '>')
    parts.push(
      sql<boolean>`(${name}, repo_id) ${compare} (${plan.cursor.value}::${sql.raw(column.type)}, ${plan.cursor.repoId})`,
    )
  }
  const { rows } = await sql<EntryRow>`
    select ${ENTRY_COLUMNS} from catalog.entries
    where ${sql.join(parts, sql` and `)}
    order by ${name} ${direction}, repo_id ${direction}
    limit ${plan.limit + 1}`.execute(db)
  return rows.map(toEntry)
}

/** A page of search results by relevance; a search without any hit is tried again allowing for typing errors. */
async function rankEntries(db: Db, plan: ListPlan, search: Search, visible: VisibleSet): Promise<Entry[]> {
  const offset = plan.cursor?.kind === 'offset' ? plan.cursor.offset : 0
  const page = { limit: Math.min(plan.limit + 1, MAX_SEARCH_OFFSET - offset + 1), offset }
  const conditions = planConditions(plan, visible)
  const { rows } = await sql<EntryRow>`
    with hits as (
      (select repo_id from catalog.entries where ${conditions} and ${searchCondition(search)} order by trending desc limit ${MAX_RANKED_HITS})
      union
      (select repo_id from catalog.entries where ${conditions} and full_name = ${search.text} limit 1)
    )
    select ${ENTRY_COLUMNS} from catalog.entries
    where repo_id in (select repo_id from hits)
    order by ${relevance(search)} desc, repo_id desc
    limit ${page.limit} offset ${page.offset}`.execute(db)
  if (rows.length > 0 || offset > 0) return rows.map(toEntry)
  return (await findAlike(db, plan, search, visible)).map(toEntry)
}

/** Exact name first, then names that begin with or hold the text, then the words; downloads, likes and freshness decide among equals. */
function relevance(search: Search): RawBuilder<number> {
  const text = search.text
  return sql<number>`(
    case when full_name = ${text} or lower(name) = ${text} then 8 else 0 end
    + case when lower(name) like ${likePattern(text).slice(1)} or full_name like ${likePattern(text).slice(1)} then 3 else 0 end
    + case when lower(name) like ${likePattern(text)} then 1 else 0 end
    + 4 * ts_rank(search, to_tsquery('simple', ${toTsQuery(search)}))
    + 0.35 * ln(1 + downloads) + 0.35 * ln(1 + likes)
    + 0.5 * exp(-extract(epoch from (now() - updated_at)) / 7776000.0))`
}

async function findAlike(db: Db, plan: ListPlan, search: Search, visible: VisibleSet): Promise<EntryRow[]> {
  return withTypos(db, async (transaction) => {
    const { rows } = await sql<EntryRow>`
      with ${alikeHits(plan, search, visible)}
      select ${ENTRY_COLUMNS} from catalog.entries
      where repo_id in (select repo_id from alike)
      order by word_similarity(${search.text}, full_name) desc, trending desc, repo_id desc
      limit ${plan.limit}`.execute(transaction)
    return rows
  })
}

/** The names most like a mistyped search, as the table expression `alike`; only inside of `withTypos`. */
export function alikeHits(plan: ListPlan, search: Search, visible: VisibleSet): RawBuilder<unknown> {
  return sql`compared as (
      select repo_id, full_name, trending from catalog.entries
      where ${planConditions(plan, visible)} and ${search.text} <% full_name limit ${MAX_ALIKE_HITS}
    ), alike as (
      select repo_id from compared
      order by word_similarity(${search.text}, full_name) desc, trending desc, repo_id desc limit ${MAX_ALIKE_SHOWN}
    )`
}

/** Reads with the tolerance for typing errors set; `set local` needs a transaction, which holds nothing else. */
export function withTypos<T>(db: Db, read: (transaction: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await sql`set local pg_trgm.word_similarity_threshold = ${sql.lit(TYPO_THRESHOLD)}`.execute(transaction)
    return read(transaction)
  })
}
