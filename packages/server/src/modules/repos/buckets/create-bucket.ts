import { refuse } from '@stoa/contracts'
import { placeFor } from '../create-repo.js'
import type { RepoDeps, SignedIn } from '../deps.js'
import { recordRepo } from '../record-change.js'
import { findBucketByName, insertBucket } from '../queries/buckets.js'
import { type Bucket, bucketPath } from './bucket.js'

export interface NewBucket {
  /** `ns/name`; the namespace `me` is the actor's own. */
  readonly fullName: string
  /** Null lets the account's default decide. */
  readonly visibility: Bucket['visibility'] | null
}

/** Makes an empty bucket. Throws `InvalidRepoName`, `Forbidden`, `RepoExists` with the existing `url`, `QuotaExceeded`. */
export async function createBucket(deps: RepoDeps, actor: SignedIn, request: NewBucket): Promise<Bucket> {
  const fullName = request.fullName.replace(/^me\//, `${actor.name}/`)
  const { name, account } = await placeFor(deps, actor, { type: 'bucket', name: fullName })
  const taken = await findBucketByName(deps.db, name)
  if (taken) throw bucketExists(deps, taken.fullName)
  const at = deps.clock.now()
  const visibility = request.visibility ?? (account.defaultPrivate ? 'private' : 'public')
  const bucket = await deps.write(async (tx) => {
    await deps.quotas.demandRoom(tx, account.id, { visibility, bytes: 0n, repos: 1 })
    const made = await insertBucket(tx, {
      id: deps.ids.next(),
      accountId: account.id,
      namespace: account.name,
      name: name.name,
      visibility,
      createdBy: actor.userId,
      createdAt: at,
      updatedAt: at,
    })
    if (made) await recordRepo(deps, tx, made, { action: 'repo.create', after: { visibility: made.visibility } })
    return made
  })
  if (!bucket) throw bucketExists(deps, `${name.namespace}/${name.name}`)
  return bucket
}

/** Clients read `url` when they may use what exists. */
export function bucketExists(deps: Pick<RepoDeps, 'publicUrl'>, fullName: string): Error {
  const url = deps.publicUrl() + bucketPath({ fullName })
  return refuse('RepoExists', `A bucket called ${fullName} already exists`, { url, id: fullName })
}
