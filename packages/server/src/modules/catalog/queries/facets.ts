import { type RawBuilder, sql } from 'kysely'
import type { RepoType } from '@stoa/contracts'
import type { Db } from '../../../kit/db/database.js'
import type { ListPlan } from '../listing/list-plan.js'
import { ANONYMOUS } from '../../../kit/http/actor.js'
import { type VisibleSet, visibleTo } from '../../accounts/index.js'
import { alikeHits, planConditions, searchCondition, withTypos } from './list-entries.js'

/** Repositories whose facets are counted; beyond it the counts are those of the most popular ones. */
export const MAX_FACET_HITS = 5_000
/** Values of one facet. */
export const MAX_FACET_VALUES = 100

export interface FacetCount {
  readonly facet: string
  readonly value: string
  readonly count: number
}

/**
 * Counts the values of each facet over the visible hits of a plan, most frequent first. A search without a hit counts what
 * a list would show instead: the names most like it.
 */
export async function countFacets(
  db: Db,
  plan: ListPlan,
  visible: VisibleSet,
): Promise<{ total: number; counts: FacetCount[] }> {
  const { search } = plan
  const conditions = search
    ? sql`${planConditions(plan, visible)} and ${searchCondition(search)}`
    : planConditions(plan, visible)
  const counted = await countWithin(
    db,
    sql`hits as (
      select pipeline_tag, filters, licences, languages from catalog.entries
      where ${conditions} order by trending desc limit ${MAX_FACET_HITS + 1}
    )`,
  )
  if (counted.total > 0 || !search || plan.sort !== 'relevance') return counted
  return withTypos(db, (transaction) =>
    countWithin(
      transaction,
      sql`${alikeHits(plan, search, visible)}, hits as (
      select pipeline_tag, filters, licences, languages from catalog.entries
      where repo_id in (select repo_id from alike)
    )`,
    ),
  )
}

async function countWithin(db: Db, hits: RawBuilder<unknown>): Promise<{ total: number; counts: FacetCount[] }> {
  const { rows } = await sql<{ facet: string; value: string; count: bigint }>`
    with ${hits}, ranked as (
      select facet, value, count(*) as count, row_number() over (partition by facet order by count(*) desc, value) as rank
      from (
        select 'total' as facet, '' as value from hits
        union all select 'pipeline_tag', pipeline_tag from hits where pipeline_tag is not null
        union all select 'library', substr(filter, 9) from hits, unnest(filters) as filter where filter like 'library:%'
        union all select 'license', unnest(licences) from hits
        union all select 'language', unnest(languages) from hits
      ) values_of_hits group by facet, value
    )
    select facet, value, count from ranked where rank <= ${MAX_FACET_VALUES} order by facet, rank`.execute(db)
  const counts = rows.map((row) => ({ ...row, count: Number(row.count) }))
  return {
    total: counts.find((one) => one.facet === 'total')?.count ?? 0,
    counts: counts.filter((one) => one.facet !== 'total'),
  }
}

/** Values seen on public repositories, for the lists of tags; most frequent first. */
export async function listPublicValues(db: Db, type: RepoType): Promise<FacetCount[]> {
  const everything = visibleTo(ANONYMOUS)
  const plan: ListPlan = {
    type,
    filters: [],
    author: null,
    search: null,
    gated: null,
    parameters: { min: null, max: null },
    sort: 'trending',
    descending: true,
    limit: 1,
    cursor: null,
    projection: { kind: 'list', full: false, cardData: false, config: false },
    servedBy: null,
    names: null,
    isEmpty: false,
  }
  return (await countFacets(db, plan, everything)).counts
}
