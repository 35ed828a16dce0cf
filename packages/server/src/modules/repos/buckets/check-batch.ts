import { type BucketOperation, StoaError } from '@stoa/contracts'
import type { Actor } from '../../../kit/http/actor.js'
import type { RepoDeps } from '../deps.js'
import { findPathProblem } from '../files/path-rules.js'
import { findRepo } from '../find-repo.js'
import { findHashesInBucket, findHashesInRepo, findHeldByBucket } from '../queries/bucket-files.js'
import { type Bucket, EMPTY_XET_HASH } from './bucket.js'
import { findBucket } from './find-bucket.js'

/** An operation that may be carried out; `sizeBytes` is that of the file added. */
export interface CheckedOperation {
  readonly operation: BucketOperation
  readonly sizeBytes: bigint
}

export interface FailedOperation {
  readonly path: string
  readonly error: string
}

export interface CheckedBatch {
  readonly accepted: readonly CheckedOperation[]
  readonly failed: readonly FailedOperation[]
}

type Add = Extract<BucketOperation, { type: 'addFile' }>
type Copy = Extract<BucketOperation, { type: 'copyFile' }>

const MAX_CONTENT_TYPE = 200
/** The year 9999, the last that dates on the wire can name. */
const MAX_MTIME_MS = 253_402_300_799_999

/**
 * Decides each operation by itself: its path, and whether the bytes it names may be named here. An added file must have
 * been sent to this bucket, a copied one must lie in a place that the actor may read.
 */
export async function checkBatch(
  deps: RepoDeps,
  actor: Actor,
  bucket: Bucket,
  operations: readonly BucketOperation[],
): Promise<CheckedBatch> {
  const held = await findHeldByBucket(deps.db, bucket.id, hashesOf(operations.filter((one) => one.type === 'addFile')))
  const sources = await openSources(
    deps,
    actor,
    operations.filter((one) => one.type === 'copyFile'),
  )
  const isLenient = deps.accounts.isLenient()
  const accepted: CheckedOperation[] = []
  const failed: FailedOperation[] = []
  for (const operation of operations) {
    const outcome =
      findPathProblem(operation.path, isLenient) ?? findFactProblem(operation) ?? sizeOf(operation, held, sources)
    if (typeof outcome === 'string') failed.push({ path: operation.path, error: outcome })
    else accepted.push({ operation, sizeBytes: outcome })
  }
  return { accepted, failed }
}

function findFactProblem(operation: BucketOperation): string | null {
  if (operation.type === 'deleteFile') return null
  const { mtime, contentType } = operation
  if (mtime !== null && mtime !== undefined && !(mtime >= 0 && mtime <= MAX_MTIME_MS)) {
    return 'The mtime is a number of milliseconds between 1970 and the year 9999.'
  }
  if (!contentType) return null
  return contentType.length > MAX_CONTENT_TYPE || !/^[\x20-\x7e]+$/.test(contentType)
    ? 'The content type is not one.'
    : null
}

type Source = ReadonlyMap<string, bigint> | string

/** The size of the file an operation makes, or why it cannot. */
function sizeOf(
  operation: BucketOperation,
  held: ReadonlyMap<string, bigint>,
  sources: ReadonlyMap<string, Source>,
): bigint | string {
  if (operation.type === 'deleteFile') return 0n
  if (operation.type === 'addFile') {
    if (operation.xetHash === EMPTY_XET_HASH) return 0n
    return held.get(operation.xetHash) ?? 'These bytes were not sent to this bucket.'
  }
  const source = sources.get(sourceKey(operation)) ?? new Map<string, bigint>()
  if (typeof source === 'string') return source
  return source.get(operation.xetHash) ?? 'The source has no such file.'
}

const hashesOf = (operations: readonly (Add | Copy)[]): string[] => [...new Set(operations.map((one) => one.xetHash))]
const sourceKey = (copy: Copy): string => `${copy.sourceRepoType}/${copy.sourceRepoId.toLowerCase()}`

/** What of the wanted files each source holds; a source out of reach is the text of its refusal. */
async function openSources(deps: RepoDeps, actor: Actor, copies: readonly Copy[]): Promise<Map<string, Source>> {
  const groups = new Map<string, Copy[]>()
  for (const copy of copies) groups.set(sourceKey(copy), [...(groups.get(sourceKey(copy)) ?? []), copy])
  const sources = new Map<string, Source>()
  for (const [key, group] of groups) sources.set(key, await openSource(deps, actor, group))
  return sources
}

async function openSource(deps: RepoDeps, actor: Actor, copies: readonly Copy[]): Promise<Source> {
  const { sourceRepoType: type, sourceRepoId: fullName } = copies[0] as Copy
  try {
    if (type === 'bucket') {
      const { bucket } = await findBucket(deps, actor, fullName, 'read')
      return await findHashesInBucket(deps.db, bucket.id, hashesOf(copies))
    }
    const { repo } = await findRepo(deps, actor, type, fullName, 'read')
    return await findHashesInRepo(deps.db, repo.id, hashesOf(copies))
  } catch (error) {
    if (error instanceof StoaError) return error.message
    throw error
  }
}
