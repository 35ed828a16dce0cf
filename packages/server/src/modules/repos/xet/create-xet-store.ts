import { type KeyedHashes, loadKeyedHashes } from '@stoa/xet'
import { Slabs } from '../../../kit/blobs/slabs.js'
import type { Http } from '../../../kit/http/server.js'
import type { RepoDeps } from '../deps.js'
import { bindXet } from '../routes/xet.js'
import { moveAllToChunks } from './move-to-chunks.js'
import type { StillMay } from '../still-may.js'
import { createTokenIssuer } from './issue-token.js'
import { createVerifier } from './verifier.js'
import { createXetKeys } from './xet-keys.js'

/** The Xet store of this instance (xet.md): large files as deduplicated chunks beside the plain LFS objects. */
export function createXetStore(deps: RepoDeps & { readonly stillMay: StillMay }) {
  const keys = createXetKeys(deps.instanceKey)
  const verifier = createVerifier()
  let loaded: Promise<KeyedHashes> | null = null
  const hashes = (): Promise<KeyedHashes> => {
    loaded ??= loadKeyedHashes()
    return loaded
  }
  const xetDeps = { ...deps, keys, verifier, slabs: new Slabs(), hashes }
  const issuer = createTokenIssuer({ ...deps, keys })
  return {
    storeId: keys.storeId,
    issuer,
    routes: (http: Http): void => bindXet(http, xetDeps, issuer),
    /** Turns large files that came whole into chunks; how many. */
    moveToChunks: (signal: AbortSignal): Promise<number> => moveAllToChunks(xetDeps, signal),
    stop: (): Promise<void> => verifier.stop(),
  }
}
