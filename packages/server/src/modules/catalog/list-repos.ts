import type { ListQuery, RepoInfo, RepoType } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { type Entry, fullNameOf } from './entry.js'
import { type ListPlan, planList } from './listing/list-plan.js'
import { nextCursor } from './listing/next-cursor.js'
import { visibleTo } from './listing/visible.js'
import { type Extras, presentRepo, wantsKey } from './present-repo.js'
import { listLinkedSpaces } from './queries/lineage.js'
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
  const plan = planList(type, query)
  const rows = await listEntries(deps.db, plan, visibleTo(actor))
  const page = rows.slice(0, plan.limit)
  const hasMore = rows.length > plan.limit
  const entries = await refresh(deps, actor, page)
  const items: RepoInfo[] = []
  for (const entry of entries)
    items.push(presentRepo(entry, plan.projection, await extrasFor(deps, actor, plan, entry)))
  return { items, cursor: hasMore ? nextCursor(plan, page, new Set(entries.map((entry) => entry.repoId))) : null }
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

async function extrasFor(deps: CatalogDeps, actor: Actor, plan: ListPlan, entry: Entry): Promise<Extras> {
  if (!wantsKey(entry.type, plan.projection, 'spaces')) return {}
  return { spaces: await listLinkedSpaces(deps.db, `${entry.type}s:${fullNameOf(entry)}`, visibleTo(actor)) }
}
