import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Repo, toRepo } from '../repo.js'

/** Some repositories of an account. */
export async function listReposOf(db: Db, accountId: string, limit: number): Promise<Repo[]> {
  const rows = await db
    .selectFrom('repos.repos')
    .selectAll()
    .where('accountId', '=', accountId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toRepo)
}

export interface OwnedBucket {
  readonly id: string
  readonly accountId: string
  readonly fullName: string
}

export async function listBucketsOf(db: Db, accountId: string, limit: number): Promise<OwnedBucket[]> {
  const rows = await db
    .selectFrom('repos.buckets')
    .select(['id', 'accountId', 'namespace', 'name'])
    .where('accountId', '=', accountId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, namespace, name }) => ({ id, accountId, fullName: `${namespace}/${name}` }))
}

/** Forgets old names under a namespace that nobody will have again. */
export async function deleteRedirectsUnder(tx: Tx, namespace: string): Promise<void> {
  const isUnder = sql<boolean>`starts_with(full_name, ${`${namespace.toLowerCase()}/`})`
  await tx.deleteFrom('repos.redirects').where(isUnder, '=', true).execute()
  await tx.deleteFrom('repos.bucketRedirects').where(isUnder, '=', true).execute()
}
