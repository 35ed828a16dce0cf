import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

export interface DownloadCount {
  readonly repoId: string
  /** `2026-11-21` */
  readonly day: string
  readonly count: number
}

/** Adds counts; those of repositories that are gone are dropped. */
export async function addDownloads(tx: Tx, counts: readonly DownloadCount[]): Promise<void> {
  const ids = [...new Set(counts.map((one) => one.repoId))]
  if (ids.length === 0) return
  const alive = new Set(
    (await tx.selectFrom('repos.repos').select('id').where('id', 'in', ids).execute()).map((row) => row.id),
  )
  const rows = counts.filter((one) => alive.has(one.repoId)).map((one) => ({ ...one, count: BigInt(one.count) }))
  if (rows.length === 0) return
  await tx
    .insertInto('repos.downloads')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['repoId', 'day']).doUpdateSet({ count: sql`downloads.count + excluded.count` }),
    )
    .execute()
}

export interface DownloadTotals {
  readonly last30Days: number
  readonly allTime: number
}

/** Downloads by repository; one without any is absent. `since` is the first day of the last thirty. */
export async function sumDownloads(
  db: Db,
  repoIds: readonly string[],
  since: string,
): Promise<Map<string, DownloadTotals>> {
  if (repoIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('repos.downloads')
    .select([
      'repoId',
      sql<string>`sum(count)`.as('total'),
      sql<string | null>`sum(count) filter (where day >= ${since})`.as('recent'),
    ])
    .where('repoId', 'in', repoIds)
    .groupBy('repoId')
    .execute()
  return new Map(rows.map((row) => [row.repoId, { last30Days: Number(row.recent ?? 0), allTime: Number(row.total) }]))
}
