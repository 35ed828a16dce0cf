import { sql } from 'kysely'
import type { Db } from '../../../kit/db/database.js'
import { type Repo, type RepoRow, toRepo } from '../repo.js'

export interface StoredRepo {
  readonly repo: Repo
  readonly storedBytes: bigint
}

/** An account lists at most so many repositories with their sizes. */
const MAX_REPOS = 10_000

/** Repositories of an account with the bytes of their git data and large files, latest first; measured now where no facts are kept. */
export async function listStoredRepos(db: Db, accountId: string): Promise<StoredRepo[]> {
  const rows = await db
    .selectFrom('repos.repos as repo')
    .selectAll('repo')
    .select(
      sql<string>`
        coalesce((select f.logical_bytes from repos.storage_facts f where f.owner_kind = 'repo' and f.owner_id = repo.id),
        coalesce((select k.git_bytes from repos.repo_bytes k where k.repo_id = repo.id), 0)
        + coalesce((select sum(l.size_bytes) from repos.repo_lfs_objects m
                    join repos.lfs_objects l on l.oid = m.oid where m.repo_id = repo.id), 0))`.as('storedBytes'),
    )
    .where('repo.accountId', '=', accountId)
    .orderBy('repo.updatedAt', 'desc')
    .orderBy('repo.id')
    .limit(MAX_REPOS)
    .execute()
  return rows.map(({ storedBytes, ...row }) => ({ repo: toRepo(row as RepoRow), storedBytes: BigInt(storedBytes) }))
}

/** Repositories of an account, latest first. */
export async function listReposOf(db: Db, accountId: string): Promise<Repo[]> {
  const rows = await db
    .selectFrom('repos.repos')
    .selectAll()
    .where('accountId', '=', accountId)
    .orderBy('updatedAt', 'desc')
    .orderBy('id')
    .limit(MAX_REPOS)
    .execute()
  return rows.map((row) => toRepo(row as RepoRow))
}
