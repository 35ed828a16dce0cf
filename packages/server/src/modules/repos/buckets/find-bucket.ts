import type { Actor } from '../../../kit/http/actor.js'
import { type Right, rightOn } from '../access.js'
import type { RepoDeps } from '../deps.js'
import { demandRight, repoNotFound } from '../find-repo.js'
import { findBucketByName, findMovedBucket } from '../queries/buckets.js'
import { splitRepoName } from '../repo-name.js'
import type { Bucket } from './bucket.js'

export interface FoundBucket {
  readonly bucket: Bucket
  /** The name asked for is an old one. */
  readonly isMoved: boolean
}

/**
 * Finds a bucket by its name, old names included; the namespace `me` is the actor's own. A private one answers as a
 * missing one. Throws `RepoNotFound`, `Forbidden`, `InsufficientScope`.
 */
export async function findBucket(
  deps: Pick<RepoDeps, 'db'>,
  actor: Actor,
  fullName: string,
  needed: Right,
): Promise<FoundBucket> {
  const split = splitRepoName(fullName)
  if (!split) throw repoNotFound(actor)
  const name = split.namespace === 'me' && actor.kind === 'user' ? { ...split, namespace: actor.name } : split
  const current = await findBucketByName(deps.db, name)
  const bucket = current ?? (await findMovedBucket(deps.db, name))
  if (!bucket) throw repoNotFound(actor, split.namespace)
  demandRight(bucket, actor, rightOn(bucket, actor), needed)
  return { bucket, isMoved: current === null }
}
