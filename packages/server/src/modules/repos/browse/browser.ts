import type { RepoDeps } from '../deps.js'
import { type BlobFactsReader, createBlobFactsReader } from './entry-facts.js'

/** What the operations that read trees share: the stores, and what was learnt of blobs. */
export interface BrowseDeps extends RepoDeps {
  readonly blobFacts: BlobFactsReader
}

export function createBrowseDeps(deps: RepoDeps): BrowseDeps {
  return { ...deps, blobFacts: createBlobFactsReader(deps.store) }
}
