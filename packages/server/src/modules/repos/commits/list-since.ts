import { parseCommit } from '@stoa/git'
import type { RepoDeps } from '../deps.js'
import type { CommitNode } from '../../git/index.js'
import type { Repo } from '../repo.js'

/** Commits that `head` has and `base` has not, newest first, each with the first line of its message. */
export async function listCommitsSince(
  deps: Pick<RepoDeps, 'store'>,
  repo: Repo,
  sides: { readonly base: CommitNode; readonly head: CommitNode },
  limit: number,
): Promise<{ readonly commit: CommitNode; readonly subject: string }[]> {
  const found = []
  for await (const commit of deps.store.walk(repo.id, [sides.head.oid], { exclude: [sides.base.oid], limit })) {
    const object = await deps.store.readObject(repo.id, commit.oid)
    const subject = object ? (parseCommit(object.data).message.split('\n', 1)[0] ?? '') : ''
    found.push({ commit, subject })
  }
  return found
}
