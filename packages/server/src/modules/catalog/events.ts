import type { CatalogDeps } from './deps.js'
import { indexRepo } from './index-repo.js'
import { deleteEntry } from './queries/entries.js'

interface RepoEvent {
  readonly repoId: string
}

const CHANGES = ['repos.created', 'repos.updated', 'repos.settings', 'repos.moved'] as const

/** Keeps the catalogue in step with repos: every change of a repository indexes it again. */
export function followRepos(deps: CatalogDeps): void {
  deps.events.follow(CHANGES, 'catalog.index', {
    keyOf: (event: RepoEvent) => event.repoId,
    take: (event) => indexRepo(deps, event.repoId),
  })
  deps.events.on('repos.deleted', 'catalog.repos.deleted', async (event: RepoEvent) =>
    deps.write((tx) => deleteEntry(tx, event.repoId)),
  )
}
