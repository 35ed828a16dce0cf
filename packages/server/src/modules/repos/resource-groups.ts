import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { can, isAtLeast } from '../accounts/index.js'
import type { Bucket } from './buckets/bucket.js'
import type { RepoDeps, SignedIn } from './deps.js'
import { announce } from './events.js'
import { updateBucketGroup, updateRepoGroup } from './queries/resource-groups.js'
import type { Repo } from './repo.js'

interface Owner {
  readonly id: string
  readonly name: string
}

/**
 * The group somebody may put their things into: admins of the organisation any, others one they contribute to.
 * Throws `GroupNotFound`, also for a group they are not in.
 */
export async function getJoinableGroup(deps: RepoDeps, actor: SignedIn, owner: Owner, groupId: string) {
  const group = await deps.orgs.findResourceGroup(deps.db, owner.id, groupId)
  const role = actor.memberships
    .find(({ accountId }) => accountId === owner.id)
    ?.groups?.find((joined) => joined.groupId === groupId)?.role
  const isManager = can(actor, 'org.manage', { id: owner.id, type: 'org', name: owner.name }).allow
  if (!group || !(isManager || isAtLeast(role ?? null, 'contributor'))) throw refuse('GroupNotFound')
  return group
}

/** Puts a repository into a group of its organisation, or takes it out; the actor administers it. Throws `GroupNotFound`. */
export async function setRepoGroup(deps: RepoDeps, actor: SignedIn, repo: Repo, groupId: string | null): Promise<void> {
  await demandGroup(deps, actor, repo, groupId)
  if (groupId === repo.resourceGroupId) return
  await deps.write(async (tx) => {
    await updateRepoGroup(tx, repo.id, groupId, deps.clock.now())
    await record(tx, deps, repo, groupId)
    await announce(deps.events, tx, 'repos.settings', { repoId: repo.id, actorId: actor.userId })
  })
}

/** The same for a bucket. */
export async function setBucketGroup(
  deps: RepoDeps,
  actor: SignedIn,
  bucket: Bucket,
  groupId: string | null,
): Promise<void> {
  await demandGroup(deps, actor, bucket, groupId)
  if (groupId === bucket.resourceGroupId) return
  await deps.write(async (tx) => {
    await updateBucketGroup(tx, bucket.id, groupId, deps.clock.now())
    await record(tx, deps, bucket, groupId)
  })
}

async function demandGroup(deps: RepoDeps, actor: SignedIn, thing: Repo | Bucket, groupId: string | null) {
  if (groupId === null) return
  await getJoinableGroup(deps, actor, { id: thing.accountId, name: thing.namespace }, groupId)
}

async function record(tx: Tx, deps: RepoDeps, thing: Repo | Bucket, groupId: string | null): Promise<void> {
  await deps.audit.record(tx, {
    chain: thing.accountId,
    action: 'repo.update_resource_group',
    target: { type: thing.type, id: thing.id, name: thing.fullName },
    before: { resourceGroupId: thing.resourceGroupId },
    after: { resourceGroupId: groupId },
  })
}
