import { personal } from '../../kit/audit/audit.js'
import { emptyRow, placeFor, refuseTaken, repoExists } from './create-repo.js'
import type { RepoDeps, SignedIn } from './deps.js'
import { announce, factsOf } from './events.js'
import { copyStore, openStore } from '../git/index.js'
import { copyLargeFiles } from './queries/copy-repo.js'
import { refuseInternal } from './internal.js'
import { findRepoBytes } from './queries/quotas.js'
import { insertRepo } from './queries/repos.js'
import { recordRepo } from './record-change.js'
import type { Repo } from './repo.js'

export interface DuplicateRequest {
  /** `ns/name` of the copy. */
  readonly to: string
  readonly visibility: Repo['visibility'] | null
}

/**
 * Copies a repository with its history and large files; a private one stays private unless asked otherwise. The caller
 * has checked that the actor may read it. Throws `InvalidRepoName`, `Forbidden`, `RepoExists`, `QuotaExceeded`.
 */
export async function duplicateRepo(
  deps: RepoDeps,
  actor: SignedIn,
  source: Repo,
  request: DuplicateRequest,
): Promise<Repo> {
  const { name, account } = await placeFor(deps, actor, { type: source.type, name: request.to })
  await refuseTaken(deps, source.type, name)
  const at = deps.clock.now()
  const isForgotten = source.visibility === 'internal' && account.id !== source.accountId
  const byDefault = account.defaultPrivate || isForgotten ? 'private' : source.visibility
  const actorId = actor.userId
  const visibility = request.visibility ?? byDefault
  refuseInternal(account, visibility)
  const copy = await deps.write(async (tx) => {
    const bytes = await findRepoBytes(tx, source.id)
    await deps.quotas.demandRoom(tx, account.id, { visibility, bytes, repos: 1 })
    const repo = await insertRepo(tx, {
      ...emptyRow(deps.ids.next(), at),
      type: source.type,
      accountId: account.id,
      namespace: account.name,
      name: name.name,
      visibility,
      sdk: source.sdk,
      createdBy: actorId,
      defaultBranch: source.defaultBranch,
    })
    if (!repo) return null
    const after = { visibility: repo.visibility, from: personal(source.accountId, source.fullName) }
    await recordRepo(deps, tx, repo, { action: 'repo.duplication', after })
    await openStore(tx, repo.id)
    await copyStore(tx, source.id, repo.id, at)
    await copyLargeFiles(tx, source.id, repo.id, at)
    await announce(deps.events, tx, 'repos.created', { ...factsOf(repo), actorId })
    for (const ref of await deps.store.listRefs(tx, repo.id)) {
      const moved = { repoId: repo.id, ref: ref.name, before: null, after: ref.oid, actorId }
      await announce(deps.events, tx, 'repos.updated', moved)
    }
    return repo
  })
  if (!copy) throw repoExists(deps, source.type, name)
  return copy
}
