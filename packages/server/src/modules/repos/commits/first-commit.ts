import { deflateSync } from 'node:zlib'
import { hashObject, type ObjectType, typeCode } from '@stoa/git'
import type { Tx } from '../../../kit/db/database.js'
import type { RepoDeps } from '../deps.js'
import { insertCommits, insertObjects, type NewCommitRow, type NewObjectRow } from '../../git/index.js'
import type { Repo } from '../repo.js'
import { type CommitAuthor, makeCommit } from './commit-files.js'
import { editTree, type TreeEdit } from './tree-edit.js'

/** A file of a repository that does not exist yet. */
export interface FirstFile {
  readonly path: string
  readonly content: Uint8Array
}

/** A first commit, ready to be written in the transaction that makes its repository. */
export interface FirstCommit {
  readonly node: NewCommitRow
  readonly objects: readonly NewObjectRow[]
}

/** Builds the objects of a first commit; later files win over earlier ones at the same path. Throws `InvalidPath`. */
export async function buildFirstCommit(
  deps: Pick<RepoDeps, 'clock' | 'publicUrl'>,
  author: CommitAuthor,
  files: readonly FirstFile[],
  message = 'initial commit',
): Promise<FirstCommit> {
  const objects = new Map<string, NewObjectRow>()
  const add = (type: ObjectType, data: Uint8Array): string => {
    const oid = hashObject(type, data)
    objects.set(oid, { oid, type: typeCode(type), sizeBytes: data.byteLength, deflated: deflateSync(data) })
    return oid
  }
  const byPath = new Map(files.map((file) => [file.path, file.content]))
  const edits = [...byPath].map(([path, content]): TreeEdit => ({ kind: 'put', path, oid: add('blob', content) }))
  const { rootOid, newTrees } = await editTree(async () => null, null, edits)
  for (const data of newTrees) add('tree', data)
  const oid = add('commit', makeCommit(deps, author, { tree: rootOid, parents: [], message }))
  const committedSeconds = Math.floor(deps.clock.now().getTime() / 1000)
  const node = { oid, tree: rootOid, parents: [], generation: 1, committedSeconds }
  return { node, objects: [...objects.values()] }
}

/** Writes the first commit of a repository made in this very transaction, and points the default branch at it. */
export async function insertFirstCommit(
  deps: Pick<RepoDeps, 'store'>,
  tx: Tx,
  repo: Repo,
  commit: FirstCommit,
): Promise<void> {
  await insertObjects(tx, repo.id, commit.objects)
  await insertCommits(tx, repo.id, [commit.node])
  const branch = { name: `refs/heads/${repo.defaultBranch}`, old: null, new: commit.node.oid }
  await deps.store.updateRefs(tx, repo.id, [branch])
}
