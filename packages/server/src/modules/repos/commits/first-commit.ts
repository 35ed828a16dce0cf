import { deflateSync } from 'node:zlib'
import { hashObject, type ObjectType, typeCode } from '@stoa/git'
import type { RepoDeps } from '../deps.js'
import type { FirstObject } from '../queries/first-objects.js'
import { type CommitAuthor, makeCommit } from './commit-files.js'
import { editTree, type TreeEdit } from './tree-edit.js'

/** A file of a repository that does not exist yet. */
export interface FirstFile {
  readonly path: string
  readonly content: Uint8Array
}

/** A first commit, ready to be written in the transaction that makes its repository. */
export interface FirstCommit {
  readonly oid: string
  readonly tree: string
  readonly objects: readonly FirstObject[]
  readonly committedAt: Date
}

/** Builds the objects of a first commit; later files win over earlier ones at the same path. Throws `InvalidPath`. */
export async function buildFirstCommit(
  deps: Pick<RepoDeps, 'clock' | 'publicUrl'>,
  author: CommitAuthor,
  files: readonly FirstFile[],
  message = 'initial commit',
): Promise<FirstCommit> {
  const objects: FirstObject[] = []
  const add = (type: ObjectType, data: Uint8Array): string => {
    const oid = hashObject(type, data)
    objects.push({ oid, type: typeCode(type), sizeBytes: BigInt(data.byteLength), data: deflateSync(data) })
    return oid
  }
  const byPath = new Map(files.map((file) => [file.path, file.content]))
  const edits = [...byPath].map(([path, content]): TreeEdit => ({ kind: 'put', path, oid: add('blob', content) }))
  const { rootOid, newTrees } = await editTree(async () => null, null, edits)
  for (const data of newTrees) add('tree', data)
  const oid = add('commit', makeCommit(deps, author, { tree: rootOid, parents: [], message }))
  const committedAt = new Date(Math.floor(deps.clock.now().getTime() / 1000) * 1000)
  return { oid, tree: rootOid, objects, committedAt }
}
