import type { KeyedHashes } from '@stoa/xet'
import type { Slabs } from '../../../kit/blobs/slabs.js'
import type { RepoDeps } from '../deps.js'
import type { StillMay } from '../still-may.js'
import type { Verifier } from './verifier.js'
import type { XetKeys } from './xet-keys.js'

/** What the Xet operations are given. */
export interface XetDeps extends Pick<RepoDeps, 'db' | 'write' | 'blobs' | 'clock' | 'ids' | 'publicUrl' | 'quotas'> {
  readonly keys: XetKeys
  readonly verifier: Verifier
  /** Memory that uploads pass through. */
  readonly slabs: Slabs
  readonly stillMay: StillMay
  /** Loaded with the first upload. */
  hashes(): Promise<KeyedHashes>
}
