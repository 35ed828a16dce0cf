import type { RepoDeps } from '../deps.js'
import { announce } from '../events.js'
import { touchRepo } from '../queries/repos.js'
import type { Repo } from '../repo.js'
import { findRevision, revisionNotFound } from '../resolve-revision.js'
import { type CommitAuthor, makeCommit, writableRef } from './commit-files.js'

export interface SquashRequest {
  readonly repo: Repo
  readonly author: CommitAuthor
  /** A branch, `refs/pr/N` or `refs/convert/NAME`. */
  readonly rev: string
  readonly message: string | null
}

/** Replaces a ref's history by one commit with the same files; other refs keep theirs. Throws `RevisionNotFound`. */
export async function squashHistory(deps: RepoDeps, request: SquashRequest): Promise<string> {
  const { repo, rev, author } = request
  const ref = writableRef(repo, rev)
  const found = ref === null ? null : await findRevision(deps, repo, ref)
  if (!found || ref === null) throw revisionNotFound(rev)
  const { oid: before, tree } = found.commit
  const message = request.message?.trim() || `Super-squash branch '${rev}'`
  const data = makeCommit(deps, author, { tree, parents: [], message })
  const [after = ''] = await deps.store.writeObjects(repo.id, [{ type: 'commit', data }])
  const at = deps.clock.now()
  await deps.write(async (tx) => {
    await deps.store.updateRefs(tx, repo.id, [{ name: ref, old: before, new: after }])
    await touchRepo(tx, repo.id, at)
    await announce(deps.events, tx, 'repos.updated', { repoId: repo.id, ref, before, after, actorId: author.userId })
  })
  return after
}
