import type { CatalogRepo } from './catalog-repos.js'
import type { CatalogDeps } from './deps.js'
import { MAX_LISTED_SIBLINGS, NO_FACTS } from './entry.js'
import { trimForTable } from './present-repo.js'
import { deleteEntry, findEntry, type IndexedRepo, updateSettings, upsertEntry } from './queries/entries.js'
import { trendingScore } from './trending.js'

const FOREIGN_KEY_VIOLATION = '23503'

/** Brings the entry of a repository up to its settings and files; a repository that is gone loses it. Doing it twice changes nothing. */
export async function indexRepo(deps: CatalogDeps, repoId: string): Promise<void> {
  const repo = await deps.repos.getRepo(repoId)
  if (!repo) return deps.write((tx) => deleteEntry(tx, repoId))
  const known = await findEntry(deps.db, repoId)
  // Before its files are read: who may see it does not wait for that.
  if (known) await deps.write((tx) => updateSettings(tx, repoId, repo))
  const indexed = await describeRepo(deps, repo, known)
  try {
    await deps.write((tx) => upsertEntry(tx, indexed))
  } catch (error) {
    // The repository was deleted while its files were read; the event of that follows.
    if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error
  }
}

type Known = Awaited<ReturnType<typeof findEntry>>

async function describeRepo(deps: CatalogDeps, repo: CatalogRepo, known: Known): Promise<IndexedRepo> {
  const headOid = await deps.repos.findHead(repo)
  const commit = headOid === null ? null : await deps.facts.read(repo, headOid)
  const now = deps.clock.now()
  const { createdAt, updatedAt } = repo
  return {
    repoId: repo.id,
    type: repo.type,
    accountId: repo.accountId,
    resourceGroupId: repo.resourceGroupId,
    namespace: repo.namespace,
    name: repo.name,
    visibility: repo.visibility,
    gated: repo.gated,
    disabled: repo.disabled,
    createdBy: repo.createdBy,
    headOid,
    facts: {
      repo: trimForTable(commit?.repo ?? NO_FACTS),
      siblings: commit?.files.slice(0, MAX_LISTED_SIBLINGS).map((file) => file.path) ?? [],
    },
    usedBytes: commit?.sizeBytes ?? 0,
    trending: trendingScore(
      { downloads: known?.downloads ?? 0, likesRecent: known?.likesRecent ?? 0, createdAt, updatedAt },
      now,
    ),
    createdAt,
    updatedAt,
    indexedAt: now,
  }
}
