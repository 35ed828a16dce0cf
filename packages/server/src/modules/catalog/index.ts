import type { RepoFacts } from '@stoa/formats'
import type { Kit, Module } from '../../kit/kit.js'
import { createCardWorker } from './card/card-worker.js'
import type { CatalogRepos } from './catalog-repos.js'
import type { CatalogDeps } from './deps.js'
import { followRepos } from './events.js'
import { createFactsReader } from './facts/facts-reader.js'
import { createCardReader } from './get-card.js'
import { indexRepo } from './index-repo.js'
import { findEntry } from './queries/entries.js'
import { createScanner } from './scan-commit.js'
import { NO_SERVING, type Serving } from './serving.js'
import { refreshCounters } from './refresh-counters.js'
import { bindDiscoveryRoutes } from './routes/discovery.js'
import { bindHubRoutes } from './routes/hub.js'
import { bindStoaRoutes } from './routes/stoa.js'

export type { CatalogRepo, CatalogRepos } from './catalog-repos.js'
export type { ServedAs, Serving } from './serving.js'

/** Downloads and trending scores are counted this often. */
const COUNTERS_EVERY_MS = 10 * 60_000

/** What later modules may ask of the catalogue. */
export interface Catalog extends Module {
  /** Facts at the head as last indexed, or null when the repository is unknown. Says nothing about who may see them: ask repos first. */
  facts(repoId: string): Promise<RepoFacts | null>
  /** Counts downloads and trending scores now instead of at the next turn; returns how many entries changed. */
  refreshCounters(): Promise<number>
  /** Indexes a repository now instead of after its event. */
  index(repoId: string): Promise<void>
  /** Says which models can be called, and how. */
  provideServing(serving: Serving): void
}

/** Builds the catalogue: lists, search, information and cards of repositories. */
export function createCatalog(kit: Kit & { readonly repos: CatalogRepos }): Catalog {
  const cards = createCardWorker()
  let serving = NO_SERVING
  const deps: CatalogDeps = {
    ...kit,
    cards,
    facts: createFactsReader(kit.repos, cards),
    scanner: createScanner(kit.repos),
    serving: () => serving,
  }
  const cardReader = createCardReader(deps)
  followRepos(deps)
  let timer: NodeJS.Timeout | undefined
  let refreshing: Promise<unknown> = Promise.resolve()
  return {
    routes: (http) => {
      bindHubRoutes(http, deps)
      bindDiscoveryRoutes(http, deps)
      bindStoaRoutes(http, deps, cardReader)
    },
    start: async () => {
      if (!kit.config.roles.includes('worker')) return
      const refresh = (): void => {
        refreshing = refreshing
          .then(() => refreshCounters(deps))
          .catch((error) => deps.log.error('counters of the catalogue could not be refreshed', error))
      }
      timer = setInterval(refresh, COUNTERS_EVERY_MS)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await refreshing
      await cards.stop()
    },
    facts: async (repoId) => (await findEntry(deps.db, repoId))?.facts.repo ?? null,
    refreshCounters: () => refreshCounters(deps),
    index: (repoId) => indexRepo(deps, repoId),
    provideServing: (provided) => {
      serving = provided
    },
  }
}
