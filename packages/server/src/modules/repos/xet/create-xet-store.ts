import { type KeyedHashes, loadKeyedHashes } from '@stoa/xet'
import type { Http } from '../../../kit/http/server.js'
import type { RepoDeps } from '../deps.js'
import { bindXet } from '../routes/xet.js'
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
  return {
    storeId: keys.storeId,
    routes: (http: Http): void =>
      bindXet(http, { ...deps, keys, verifier, hashes }, createTokenIssuer({ ...deps, keys })),
    stop: (): Promise<void> => verifier.stop(),
  }
}
