import type { Kit } from '../../kit/kit.js'
import type { CardWorker } from './card/card-worker.js'
import type { CatalogRepos } from './catalog-repos.js'
import type { FactsReader } from './facts/facts-reader.js'
import type { Scanner } from './scan-commit.js'
import type { Serving } from './serving.js'

/** What the operations of this module share. */
export interface CatalogDeps extends Kit {
  readonly repos: CatalogRepos
  readonly cards: CardWorker
  readonly facts: FactsReader
  readonly scanner: Scanner
  /** Who serves models. */
  readonly serving: () => Serving
}
