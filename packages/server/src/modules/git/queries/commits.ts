import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { fromHex } from '../oid.js'

export interface CommitRow {
  readonly oid: Buffer
  readonly tree: Buffer
  readonly parents: Buffer[]
  readonly generation: number
  readonly committedAt: Date
}

export interface NewCommitRow {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly generation: number
  readonly committedSeconds: number
}

const ROWS_A_STATEMENT = 2_000

/** These commits and their nearest ancestors, at most `limit` rows. */
export async function listCommitsUp(
  db: Db,
  repoId: string,
  oids: readonly string[],
  limit: number,
): Promise<CommitRow[]> {
  const { rows } = await sql<CommitRow>`
    with recursive up as (
      select c.oid, c.tree, c.parents, c.generation, c.committed_at from git.commits c
      where c.repo_id = ${repoId} and c.oid = any(${oids.map(fromHex)}::bytea[])
      union
      select p.oid, p.tree, p.parents, p.generation, p.committed_at
      from up cross join lateral unnest(up.parents) as parent (oid)
      join git.commits p on p.repo_id = ${repoId} and p.oid = parent.oid
    ) select * from up limit ${limit}`.execute(db)
  return rows
}

/** Parents travel as hex joined by blanks, since SQL arrays of arrays must be rectangular. */
export async function insertCommits(tx: Tx, repoId: string, rows: readonly NewCommitRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const part = rows.slice(at, at + ROWS_A_STATEMENT)
    await sql`
      insert into git.commits (repo_id, oid, tree, parents, generation, committed_at)
      select ${repoId}, oid, tree,
        array(select decode(one, 'hex') from unnest(string_to_array(parents, ' ')) with ordinality as t (one, place) order by place),
        generation, to_timestamp(seconds)
      from unnest(
        ${part.map((row) => fromHex(row.oid))}::bytea[], ${part.map((row) => fromHex(row.tree))}::bytea[],
        ${part.map((row) => row.parents.join(' '))}::text[], ${part.map((row) => row.generation)}::int[],
        ${part.map((row) => row.committedSeconds)}::float8[]
      ) as fresh (oid, tree, parents, generation, seconds)
      on conflict do nothing`.execute(tx)
  }
}

/** Commits whose id lies between two, at most two. */
export async function listCommitsBetween(db: Db, repoId: string, low: Buffer, high: Buffer): Promise<Buffer[]> {
  const rows = await db
    .selectFrom('git.commits')
    .select('oid')
    .where('repoId', '=', repoId)
    .where('oid', '>=', low)
    .where('oid', '<=', high)
    .orderBy('oid')
    .limit(2)
    .execute()
  return rows.map((row) => row.oid)
}

export async function hasCommit(tx: Tx, repoId: string, oid: Buffer): Promise<boolean> {
  const row = await tx
    .selectFrom('git.commits')
    .select('generation')
    .where('repoId', '=', repoId)
    .where('oid', '=', oid)
    .executeTakeFirst()
  return row !== undefined
}
