import { listQuery, QUICK_LIMIT_MAX, refuse, type RepoInfo, type RepoType, repoType } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { listRepos } from './list-repos.js'

const DEFAULT_LIMIT = 5

/** The best hits of each kind asked for (all when none is named), under the names clients read: `models`, `modelsCount`, … */
export async function searchQuickly(
  deps: CatalogDeps,
  actor: Actor,
  asked: { q: string; limit: string | undefined; types: readonly string[] },
): Promise<{ q: string; [kind: string]: unknown }> {
  const answer: { q: string; [kind: string]: unknown } = { q: asked.q }
  for (const type of readTypes(asked.types)) {
    const items = await hits(deps, actor, type, { search: asked.q, limit: readLimit(asked.limit) })
    answer[`${type}s`] = items.map((item) => ({ ...item, trendingWeight: item['trendingScore'] ?? 0 }))
    answer[`${type}sCount`] = items.length
  }
  return answer
}

/** What gets the most attention now, of one kind or of models, datasets and spaces together. */
export async function listTrending(
  deps: CatalogDeps,
  actor: Actor,
  asked: { type: string | undefined; limit: string | undefined },
): Promise<{ repoType: string; repoData: RepoInfo; likes: number }[]> {
  const limit = readLimit(asked.limit)
  const types =
    asked.type === undefined || asked.type === 'all'
      ? (['model', 'dataset', 'space'] as const)
      : readTypes([asked.type])
  const found: { repoType: string; repoData: RepoInfo; likes: number }[] = []
  for (const type of types) {
    for (const item of await hits(deps, actor, type, { search: '', limit })) {
      found.push({ repoType: type, repoData: item, likes: Number(item['likes'] ?? 0) })
    }
  }
  return found.sort((a, b) => score(b.repoData) - score(a.repoData)).slice(0, limit)
}

const score = (item: RepoInfo): number => Number(item['trendingScore'] ?? 0)

async function hits(
  deps: CatalogDeps,
  actor: Actor,
  type: RepoType,
  asked: { search: string; limit: number },
): Promise<readonly RepoInfo[]> {
  const query = listQuery.parse({
    limit: String(asked.limit),
    ...(asked.search === '' ? {} : { search: asked.search }),
  })
  return (await listRepos(deps, actor, type, query)).items
}

function readTypes(types: readonly string[]): RepoType[] {
  const known = types.map((type) => repoType.safeParse(type.replace(/s$/, '')))
  if (known.some((type) => !type.success)) {
    throw refuse('InvalidRequest', `"type" must be one of [${repoType.options.join(', ')}]`)
  }
  return types.length === 0 ? [...repoType.options] : known.flatMap((type) => (type.success ? [type.data] : []))
}

function readLimit(text: string | undefined): number {
  const limit = Number(text ?? DEFAULT_LIMIT)
  if (!Number.isSafeInteger(limit) || limit < 1) throw refuse('InvalidRequest', '"limit" must be a whole number')
  return Math.min(limit, QUICK_LIMIT_MAX)
}
