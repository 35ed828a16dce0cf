import type { ListQuery, RepoInfo, RepoType } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { type Entry, fullNameOf } from './entry.js'
import { type ListPlan, planList } from './listing/list-plan.js'
import { nextCursor } from './listing/next-cursor.js'
import { visibleTo } from '../accounts/index.js'
import { type Extras, presentRepo, wantsKey } from './present-repo.js'
import { mappingList } from './serving.js'
import { countChildren, listLinkedSpaces } from './queries/lineage.js'
import { listEntries } from './queries/list-entries.js'

/** One page of a list; `cursor` is null on the last. */
export interface RepoPage {
  readonly items: readonly RepoInfo[]
  readonly cursor: string | null
}

/**
 * Lists what an actor may see. The table decides by its own copy of visibility; each row is then held against repos as it
 * is now, so that a repository made private a moment ago is gone at once. Errors: `InvalidRequest`.
 */
export async function listRepos(deps: CatalogDeps, actor: Actor, type: RepoType, query: ListQuery): Promise<RepoPage> {
  const plan = await withServed(deps, planList(type, query))
  const rows = await listEntries(deps.db, plan, visibleTo(actor))
  const page = rows.slice(0, plan.limit)
  const hasMore = rows.length > plan.limit
  const entries = await refresh(deps, actor, page)
  const extras = await collectExtras(deps, actor, plan, entries)
  const items = entries.map((entry) => presentRepo(entry, plan.projection, extras(entry)))
  return { items, cursor: hasMore ? nextCursor(plan, page, new Set(entries.map((entry) => entry.repoId))) : null }
}

/** The plan with the names that its question about served models stands for. */
export async function withServed(deps: Pick<CatalogDeps, 'serving'>, plan: ListPlan): Promise<ListPlan> {
  if (plan.servedBy === null || plan.isEmpty) return plan
  return { ...plan, names: await deps.serving().listNames(plan.servedBy === 'any' ? null : plan.servedBy) }
}

/** Drops rows that the actor may no longer see and takes names and settings from repos. */
async function refresh(deps: CatalogDeps, actor: Actor, rows: readonly Entry[]): Promise<Entry[]> {
  const current = await deps.repos.listVisible(
    actor,
    rows.map((row) => row.repoId),
  )
  const byId = new Map(current.map((repo) => [repo.id, repo]))
  return rows.flatMap((row) => {
    const repo = byId.get(row.repoId)
    if (!repo) return []
    const { namespace, name, visibility, gated, disabled, updatedAt } = repo
    return [{ ...row, namespace, name, visibility, gated, disabled, updatedAt }]
  })
}

/** What the projection asks for beyond the rows, read for all of them at once. */
async function collectExtras(
  deps: CatalogDeps,
  actor: Actor,
  plan: ListPlan,
  entries: readonly Entry[],
): Promise<(entry: Entry) => Extras> {
  const wants = (key: string): boolean => entries.length > 0 && wantsKey(plan.type, plan.projection, key)
  const filterOf = (entry: Entry): string => `${entry.type}s:${fullNameOf(entry)}`
  const visible = visibleTo(actor)
  const spaces = wants('spaces') ? await listLinkedSpaces(deps.db, entries.map(filterOf), visible) : null
  const children = wants('childrenModelCount') ? await countChildren(deps.db, entries.map(fullNameOf), visible) : null
  const stored = wants('usedStorage') ? await deps.repos.sumStorage(entries.map((entry) => entry.repoId)) : null
  const isServingWanted = wants('inference') || wants('inferenceProviderMapping')
  const served = isServingWanted ? await deps.serving().describe(entries.map(fullNameOf)) : null
  const servedAs = (entry: Entry) => served?.get(fullNameOf(entry)) ?? []
  return (entry) => ({
    ...(servedAs(entry).length > 0 ? { inference: 'warm' } : {}),
    ...(served ? { inferenceProviderMapping: mappingList(servedAs(entry)) } : {}),
    ...(stored?.has(entry.repoId) ? { usedStorage: stored.get(entry.repoId) ?? 0 } : {}),
    ...(spaces ? { spaces: spaces.get(filterOf(entry)) ?? [] } : {}),
    ...(children ? { childrenModelCount: children.get(fullNameOf(entry)) ?? 0 } : {}),
  })
}
