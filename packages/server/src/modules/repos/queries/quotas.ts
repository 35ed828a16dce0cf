import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Home } from '../holder.js'
import type { Addition, QuotaRow, Usage } from '../quotas/quota.js'

/** Everything said about quotas: one row for everybody, one a plan, one an account with its own. */
export async function listQuotaRows(db: Db | Tx): Promise<QuotaRow[]> {
  return await db.selectFrom('repos.quotas').selectAll().orderBy('subject').execute()
}

export async function upsertQuota(tx: Tx, row: QuotaRow): Promise<void> {
  const { subject: _subject, ...limits } = row
  await tx
    .insertInto('repos.quotas')
    .values(row)
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(limits))
    .execute()
}

export async function deleteQuota(tx: Tx, subject: string): Promise<boolean> {
  const gone = await tx.deleteFrom('repos.quotas').where('subject', '=', subject).executeTakeFirst()
  return gone.numDeletedRows > 0n
}

/** What an account holds: git data, large files, buckets, and what was sent to buckets and is not named yet. */
export async function sumUsage(db: Db | Tx, accountId: string): Promise<Usage> {
  const { rows } = await sql<{ public: string; private: string; repos: string }>`
    select
      coalesce(sum(bytes) filter (where visibility = 'public'), 0)::text as public,
      coalesce(sum(bytes) filter (where visibility <> 'public'), 0)::text as private,
      count(distinct id)::text as repos
    from (
      select r.id, r.visibility, coalesce(b.git_bytes + b.large_bytes, 0) as bytes
        from repos.repos r left join repos.repo_bytes b on b.repo_id = r.id where r.account_id = ${accountId}
      union all
      select id, visibility, size_bytes from repos.buckets where account_id = ${accountId}
      union all
      select b.id, b.visibility, f.size_bytes
        from repos.buckets b join repos.bucket_uploads u on u.bucket_id = b.id join repos.xet_files f on f.hash = u.xet_hash
        where b.account_id = ${accountId}
          and not exists (select 1 from repos.bucket_files n where n.bucket_id = b.id and n.xet_hash = u.xet_hash)
    ) held`.execute(db)
  const [row] = rows
  return {
    publicBytes: BigInt(row?.public ?? 0),
    privateBytes: BigInt(row?.private ?? 0),
    repos: BigInt(row?.repos ?? 0),
  }
}

/** Makes the other transactions that add to this account wait for the end of this one. */
export async function takeTurn(tx: Tx, accountId: string): Promise<void> {
  await sql`
    insert into repos.quota_turns (account_id) values (${accountId})
    on conflict (account_id) do update set account_id = excluded.account_id`.execute(tx)
}

/** What one repository holds. */
export async function findRepoBytes(db: Db | Tx, repoId: string): Promise<bigint> {
  const row = await db
    .selectFrom('repos.repoBytes')
    .select(['gitBytes', 'largeBytes'])
    .where('repoId', '=', repoId)
    .executeTakeFirst()
  return row ? row.gitBytes + row.largeBytes : 0n
}

/** Whose storage a repository or bucket takes, and which part of it; null when it is gone. */
export async function findPlaceOwner(
  db: Db | Tx,
  { home, repoId }: Home,
): Promise<{ readonly accountId: string; readonly visibility: Addition['visibility'] } | null> {
  const table = home === 'repo' ? 'repos.repos' : 'repos.buckets'
  const row = await db
    .selectFrom(table as 'repos.repos')
    .select(['accountId', 'visibility'])
    .where('id', '=', repoId)
    .executeTakeFirst()
  return row ? { accountId: row.accountId, visibility: row.visibility as Addition['visibility'] } : null
}
