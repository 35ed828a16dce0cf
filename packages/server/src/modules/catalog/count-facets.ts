import type { ListQuery, RepoType } from '@stoa/contracts'
import { findPipelineTag, LICENCES, languageName, libraryLabel } from '@stoa/formats'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { planList } from './listing/list-plan.js'
import { withServed } from './list-repos.js'
import { visibleTo } from '../accounts/index.js'
import { countFacets, MAX_FACET_HITS } from './queries/facets.js'

export interface FacetValue {
  readonly id: string
  readonly label: string
  readonly count: number
}

export interface FacetAnswer {
  readonly total: number
  readonly isCapped: boolean
  readonly facets: Record<'pipeline_tag' | 'library' | 'license' | 'language', FacetValue[]>
}

const LABELS: Record<keyof FacetAnswer['facets'], (id: string) => string> = {
  pipeline_tag: (id) => findPipelineTag(id)?.label ?? id,
  library: libraryLabel,
  license: (id) => (Object.hasOwn(LICENCES, id) ? (LICENCES[id] ?? id) : id),
  language: languageName,
}

/** Counts what a list with this query would hold, over what the actor may see; capped at `MAX_FACET_HITS`. Errors: `InvalidRequest`. */
export async function countListFacets(
  deps: CatalogDeps,
  actor: Actor,
  type: RepoType,
  query: ListQuery,
): Promise<FacetAnswer> {
  const { total, counts } = await countFacets(deps.db, await withServed(deps, planList(type, query)), visibleTo(actor))
  const values = (facet: keyof FacetAnswer['facets']): FacetValue[] =>
    counts
      .filter((one) => one.facet === facet)
      .map(({ value, count }) => ({ id: value, label: LABELS[facet](value), count }))
  return {
    total: Math.min(total, MAX_FACET_HITS),
    isCapped: total > MAX_FACET_HITS,
    facets: {
      pipeline_tag: values('pipeline_tag'),
      library: values('library'),
      license: values('license'),
      language: values('language'),
    },
  }
}
