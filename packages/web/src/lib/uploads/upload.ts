import type { DroppedFile } from '../../ui/dropped-files.js'
import type { RepoKindName } from '../repo-list.js'

/** What a person asked to upload: one commit of some files. */
export interface UploadRequest {
  kind: RepoKindName
  /** `ns/name` */
  id: string
  rev: string
  message: string
  description?: string | undefined
  asPullRequest?: boolean | undefined
  files: readonly DroppedFile[]
}

/** `waiting`: the connection is gone and the upload goes on by itself when it is back. */
export type UploadPhase = 'sorting' | 'sending' | 'waiting' | 'committing' | 'paused' | 'done' | 'failed'

export interface UploadResult {
  commitOid: string
  pullRequestUrl?: string | undefined
}

/** How one upload stands; bytes count large files only, small ones travel in the commit. */
export interface Upload {
  key: string
  request: UploadRequest
  phase: UploadPhase
  totalBytes: number
  hashedBytes: number
  sentBytes: number
  /** Bytes that were there already, from before a cut or from another file: no part of the rate. */
  knownBytes: number
  /** Of the present attempt, by `performance.now()`. */
  startedAt: number
  /** Bytes of each large file that have arrived. */
  sentByPath: Readonly<Record<string, number>>
  error?: string | undefined
  result?: UploadResult | undefined
}

/** Part of a large file that a cut must not cost more than. */
const smallestPartBytes = 16 * 1024 * 1024
const largestPartBytes = 512 * 1024 * 1024
/** Every part has its signed address in one answer. */
const mostParts = 1000

/** Bytes of a part for a file: small enough to lose, few enough to name. */
export function partBytesFor(sizeBytes: number): number {
  const needed = Math.ceil(sizeBytes / mostParts / smallestPartBytes) * smallestPartBytes
  return Math.min(Math.max(needed, smallestPartBytes), largestPartBytes)
}

export const isRunning = (upload: Upload): boolean =>
  upload.phase === 'sorting' ||
  upload.phase === 'sending' ||
  upload.phase === 'waiting' ||
  upload.phase === 'committing'
