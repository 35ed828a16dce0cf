import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Repo, type RepoRow, toRepo } from '../repo.js'
import type { RepoName } from '../repo-name.js'

export async function findRepoByName(db: Db, type: string, name: RepoName): Promise<Repo | null> {
  const row = await db
    .selectFrom('repos.repos')
    .selectAll()
    .where('type', '=', type)
    .where(sql`lower(namespace)`, '=', name.namespace.toLowerCase())
    .where(sql`lower(name)`, '=', name.name.toLowerCase())
    .executeTakeFirst()
  return row ? toRepo(row) : null
}

/** The repository that once had this name. */
export async function findMovedRepo(db: Db, type: string, name: RepoName): Promise<Repo | null> {
  const row = await db
    .selectFrom('repos.redirects as old')
    .innerJoin('repos.repos as repo', 'repo.id', 'old.repoId')
    .selectAll('repo')
    .where('old.type', '=', type)
    .where('old.fullName', '=', `${name.namespace}/${name.name}`.toLowerCase())
    .executeTakeFirst()
  return row ? toRepo(row) : null
}

export async function findRepoById(db: Db, id: string): Promise<Repo | null> {
  const row = await db.selectFrom('repos.repos').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toRepo(row) : null
}

export async function listReposByIds(db: Db, ids: readonly string[]): Promise<Repo[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('repos.repos').selectAll().where('id', 'in', ids).execute()
  return rows.map(toRepo)
}

/** Repositories in the order they were made, for the manifest and for jobs that visit all of them. */
export async function listRepos(db: Db, afterId: string, limit: number): Promise<Repo[]> {
  const rows = await db
    .selectFrom('repos.repos')
    .selectAll()
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toRepo)
}

/** Adds a repository; null when the name is taken. A redirect from this name ends. */
export async function insertRepo(tx: Tx, row: RepoRow): Promise<Repo | null> {
  const inserted = await tx
    .insertInto('repos.repos')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!inserted) return null
  await deleteRedirect(tx, row.type, row)
  return toRepo(inserted)
}

async function deleteRedirect(tx: Tx, type: string, name: RepoName): Promise<void> {
  await tx
    .deleteFrom('repos.redirects')
    .where('type', '=', type)
    .where('fullName', '=', `${name.namespace}/${name.name}`.toLowerCase())
    .execute()
}

export interface RepoChange {
  readonly visibility?: Repo['visibility']
  readonly gated?: Repo['gated']
  readonly discussionsDisabled?: boolean
  readonly orgMembersGated?: boolean
}

export async function updateRepo(tx: Tx, id: string, change: RepoChange, at: Date): Promise<Repo> {
  const row = await tx
    .updateTable('repos.repos')
    .set({ ...change, updatedAt: at })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toRepo(row)
}

/** Holds the row until the transaction ends; false when there is none. */
export async function lockRepo(tx: Tx, id: string): Promise<boolean> {
  const row = await tx.selectFrom('repos.repos').select('id').where('id', '=', id).forUpdate().executeTakeFirst()
  return row !== undefined
}

export async function touchRepo(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable('repos.repos').set({ updatedAt: at }).where('id', '=', id).execute()
}

export async function deleteRepoRow(tx: Tx, id: string): Promise<boolean> {
  const gone = await tx.deleteFrom('repos.repos').where('id', '=', id).executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** Gives a repository a new name and leaves a redirect at the old one. The caller has checked that the name is free. */
export async function renameRepo(tx: Tx, repo: Repo, accountId: string, to: RepoName, at: Date): Promise<Repo> {
  const row = await tx
    .updateTable('repos.repos')
    .set({
      accountId,
      namespace: to.namespace,
      name: to.name,
      updatedAt: at,
      // A resource group is of one organisation.
      ...(accountId === repo.accountId ? {} : { resourceGroupId: null }),
    })
    .where('id', '=', repo.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await deleteRedirect(tx, repo.type, to)
  if (`${to.namespace}/${to.name}`.toLowerCase() === repo.fullName.toLowerCase()) return toRepo(row)
  const old = { type: repo.type, fullName: repo.fullName.toLowerCase(), repoId: repo.id, createdAt: at }
  await tx
    .insertInto('repos.redirects')
    .values(old)
    .onConflict((conflict) => conflict.columns(['type', 'fullName']).doUpdateSet({ repoId: repo.id, createdAt: at }))
    .execute()
  return toRepo(row)
}

/** Every repository of an account, private ones too. */
export async function countRepos(db: Db | Tx, accountId: string): Promise<number> {
  const row = await db
    .selectFrom('repos.repos')
    .select((eb) => eb.fn.countAll<bigint | string>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** How many repositories an account shows to everybody, by type. */
export async function countPublicRepos(
  db: Db,
  accountId: string,
): Promise<{ numModels: number; numDatasets: number; numSpaces: number }> {
  const rows = await db
    .selectFrom('repos.repos')
    .select(['type', (eb) => eb.fn.countAll<bigint | string>().as('count')])
    .where('accountId', '=', accountId)
    .where('visibility', '=', 'public')
    .groupBy('type')
    .execute()
  const count = (type: string): number => Number(rows.find((row) => row.type === type)?.count ?? 0)
  return { numModels: count('model'), numDatasets: count('dataset'), numSpaces: count('space') }
}
