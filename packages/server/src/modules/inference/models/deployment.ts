import type { RuntimeKind } from '../../runtimes/index.js'

/** One file a replica needs, with the hashes it is checked against. */
export interface DeploymentFile {
  readonly path: string
  readonly sizeBytes: number
  readonly oid: string
  readonly sha256: string | null
}

/** One immutable rollout: a commit, the runtime that loads it, and what that will need. */
export interface Deployment {
  readonly id: string
  readonly repoId: string
  readonly commitOid: string
  readonly runtime: RuntimeKind
  /** `text-generation`, `text-classification` or `feature-extraction`. */
  readonly task: string
  readonly modelFile: string
  readonly files: readonly DeploymentFile[]
  readonly sizeBytes: number
  readonly estimateBytes: number
  readonly contextTokens: number
  readonly createdAt: Date
}
