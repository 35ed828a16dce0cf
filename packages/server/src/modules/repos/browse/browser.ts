import type { RepoDeps } from '../deps.js'
import { type BlobFactsReader, createBlobFactsReader } from './entry-facts.js'
import { createFolderHistoryReader, type FolderHistoryReader } from './folder-history.js'
import { createLongTrees, type LongTrees } from './long-trees.js'

/** What the operations that read trees share: the stores, and what was learnt of blobs. */
export interface BrowseDeps extends RepoDeps {
  readonly blobFacts: BlobFactsReader
  readonly histories: FolderHistoryReader
  readonly trees: LongTrees
}

export function createBrowseDeps(deps: RepoDeps): BrowseDeps {
  return {
    ...deps,
    blobFacts: createBlobFactsReader(deps.store),
    histories: createFolderHistoryReader(deps.store),
    trees: createLongTrees(deps.store),
  }
}
