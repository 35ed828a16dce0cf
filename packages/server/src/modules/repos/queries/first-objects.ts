import type { Tx } from '../../../kit/db/database.js'

/** A git object as a row: its zlib stream and facts. */
export interface FirstObject {
  readonly oid: string
  /** 1 commit, 2 tree, 3 blob. */
  readonly type: number
  readonly sizeBytes: bigint
  readonly data: Uint8Array
}

export interface FirstCommitRow {
  readonly oid: string
  readonly tree: string
  readonly objects: readonly FirstObject[]
  readonly committedAt: Date
}

const ROWS_A_STATEMENT = 200

/** Writes the first commit of a repository made in this very transaction, and the branch that points at it. */
export async function insertFirstCommit(tx: Tx, repoId: string, branch: string, commit: FirstCommitRow): Promise<void> {
  const rows = commit.objects.map(({ oid, type, sizeBytes, data }) => ({
    repoId,
    oid: Buffer.from(oid, 'hex'),
    type,
    sizeBytes,
    data: Buffer.from(data),
  }))
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await tx
      .insertInto('repos.objects')
      .values(rows.slice(at, at + ROWS_A_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const oid = Buffer.from(commit.oid, 'hex')
  const node = { repoId, oid, tree: Buffer.from(commit.tree, 'hex'), parents: [], generation: 1 }
  await tx
    .insertInto('repos.commits')
    .values({ ...node, committedAt: commit.committedAt })
    .execute()
  await tx
    .insertInto('repos.refs')
    .values({ repoId, name: `refs/heads/${branch}`, oid, peeled: null, updatedAt: commit.committedAt })
    .execute()
}
