import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'

export interface ClaimedJob {
  readonly id: string
  readonly kind: string
  readonly payload: unknown
  /** This attempt included; also tells a later claim of the same job from this one. */
  readonly attempts: number
}

interface NewJob {
  readonly id: string
  readonly kind: string
  readonly payload: string
  readonly key: string | null
  readonly createdAt: Date
  readonly runAt: Date
}

/** Returns the id of the queued job: of an earlier one when it has the same key. */
export async function insertJob(tx: Tx, job: NewJob): Promise<string> {
  const inserted = await tx
    .insertInto('kit.jobs')
    .values(job)
    .onConflict((on) =>
      on.columns(['kind', 'key']).where('state', '=', 'queued').where('key', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  if (inserted !== undefined) return inserted.id
  const queued = await tx
    .selectFrom('kit.jobs')
    .select('id')
    .where('kind', '=', job.kind)
    .where('key', '=', job.key)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return queued?.id ?? job.id
}

interface ClaimOptions {
  readonly kinds: readonly string[]
  readonly now: Date
  readonly leaseUntil: Date
}

/** Takes the job that is due longest: a queued one, or a running one whose process went silent. */
export async function claimJob(tx: Tx, { kinds, now, leaseUntil }: ClaimOptions): Promise<ClaimedJob | undefined> {
  const due = tx
    .selectFrom('kit.jobs')
    .select('id')
    .where('kind', 'in', kinds)
    .where('runAt', '<=', now)
    .where((eb) =>
      eb.or([eb('state', '=', 'queued'), eb.and([eb('state', '=', 'running'), eb('leaseUntil', '<', now)])]),
    )
    .orderBy('runAt')
    .limit(1)
    .forUpdate()
    .skipLocked()
  return await tx
    .updateTable('kit.jobs')
    .set({ state: 'running', leaseUntil, attempts: sql`attempts + 1` })
    .where('id', 'in', due)
    .returning(['id', 'kind', 'payload', 'attempts'])
    .executeTakeFirst()
}

const own = (tx: Tx, job: ClaimedJob) =>
  tx
    .updateTable('kit.jobs')
    .where('id', '=', job.id)
    .where('attempts', '=', job.attempts)
    .where('state', '=', 'running')

/** False when the job was cancelled or taken over. */
export async function renewLease(tx: Tx, job: ClaimedJob, leaseUntil: Date): Promise<boolean> {
  const { numUpdatedRows } = await own(tx, job).set({ leaseUntil }).executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function finishJob(tx: Tx, job: ClaimedJob, finishedAt: Date): Promise<void> {
  await own(tx, job).set({ state: 'done', error: null, finishedAt }).execute()
}

export async function failJob(tx: Tx, job: ClaimedJob, change: { error: string; finishedAt: Date }): Promise<void> {
  await own(tx, job)
    .set({ state: 'failed', ...change })
    .execute()
}

export async function requeueJob(tx: Tx, job: ClaimedJob, change: { error: string; runAt: Date }): Promise<void> {
  await own(tx, job)
    // A newer job of the same key replaces this attempt's key, so that both can be queued.
    .set({ state: 'queued', key: null, ...change })
    .execute()
}

/** False when the job had ended already. */
export async function cancelJob(tx: Tx, id: string, finishedAt: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('kit.jobs')
    .set({ state: 'cancelled', finishedAt })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function deleteFinishedJobs(tx: Tx, before: Date): Promise<void> {
  await tx.deleteFrom('kit.jobs').where('finishedAt', '<', before).execute()
}

/** Makes a job due now that waits, failed or was cancelled; its tries are counted anew. False for others. */
export async function retryJob(tx: Tx, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('kit.jobs')
    // The next one of a series may wait under its key already.
    .set((eb) => ({
      state: 'queued',
      attempts: 0,
      runAt: now,
      finishedAt: null,
      key: eb.case().when('state', '=', 'queued').then(eb.ref('key')).else(null).end(),
    }))
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'failed', 'cancelled'])
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

const JOB_COLUMNS = ['id', 'kind', 'state', 'attempts', 'runAt', 'error', 'createdAt', 'finishedAt', 'key'] as const

export type JobRow = NonNullable<Awaited<ReturnType<typeof findJob>>>

export async function findJob(db: Db | Tx, id: string) {
  return await db.selectFrom('kit.jobs').select(JOB_COLUMNS).where('id', '=', id).executeTakeFirst()
}

/** Jobs, latest first (ids grow with time), after one. */
export async function pageJobs(
  db: Db,
  page: {
    readonly state?: string | undefined
    readonly kind?: string | undefined
    readonly cursor?: string | undefined
    readonly limit: number
  },
): Promise<JobRow[]> {
  let query = db.selectFrom('kit.jobs').select(JOB_COLUMNS).orderBy('id', 'desc').limit(page.limit)
  if (page.state !== undefined) query = query.where('state', '=', page.state)
  if (page.kind !== undefined) query = query.where('kind', '=', page.kind)
  if (page.cursor !== undefined) query = query.where('id', '<', page.cursor)
  return await query.execute()
}

export async function countJobs(
  db: Db,
): Promise<Record<'queued' | 'running' | 'done' | 'failed' | 'cancelled', number>> {
  const rows = await db
    .selectFrom('kit.jobs')
    .select((eb) => ['state', eb.fn.countAll<bigint>().as('count')])
    .groupBy('state')
    .execute()
  const of = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0)
  return {
    queued: of('queued'),
    running: of('running'),
    done: of('done'),
    failed: of('failed'),
    cancelled: of('cancelled'),
  }
}

export async function listJobKinds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('kit.jobs').select('kind').distinct().orderBy('kind').execute()
  return rows.map((row) => row.kind)
}

/** Payloads of unfinished jobs that hold a text. */
export async function listUnfinished(db: Db, holding: string): Promise<string[]> {
  const { rows } = await sql<{ payload: string }>`
    select payload::text as payload from kit.jobs
    where state in ('queued', 'running') and position(${holding} in payload::text) > 0`.execute(db)
  return rows.map((row) => row.payload)
}
