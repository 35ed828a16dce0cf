import { refuse, type StorageCollection } from '@stoa/contracts'
import type { JobContext } from '../../../kit/jobs/jobs.js'
import type { RepoDeps } from '../deps.js'
import type { KeptGit } from '../../git/index.js'
import { type Collection, findCollection, insertCollection, updateCollection } from '../queries/collections.js'
import { collectStorage } from './collect-storage.js'
import { type CollectionReport, EMPTY_REPORT } from './report.js'
import { createShelves } from './shelves.js'

export const COLLECT_JOB = 'repos.collectStorage'
/** A writer that went silent this long ago is not coming back. */
const UNFINISHED_MS = 7 * 24 * 3_600_000

export interface CollectPayload {
  readonly collectionId: string
}

/** Queues a run; a worker carries it out. */
export async function startCollection(
  deps: RepoDeps,
  asked: { readonly isDryRun: boolean; readonly by: string | null },
): Promise<Collection> {
  const id = deps.ids.next()
  return await deps.write(async (tx) => {
    const jobId = await deps.jobs.enqueue(tx, COLLECT_JOB, { collectionId: id } satisfies CollectPayload)
    const row: Collection = {
      id,
      isDryRun: asked.isDryRun,
      state: 'queued',
      jobId,
      requestedBy: asked.by,
      report: EMPTY_REPORT,
      createdAt: deps.clock.now(),
      finishedAt: null,
    }
    await insertCollection(tx, row)
    return row
  })
}

export type CollectDeps = RepoDeps & KeptGit

/** The job: runs a queued collection to its end and keeps its progress. A repeated attempt begins anew. */
export async function runCollection(
  deps: CollectDeps,
  { collectionId }: CollectPayload,
  job: JobContext,
): Promise<void> {
  const found = await findCollection(deps.db, collectionId)
  if (found?.state !== 'queued' && found?.state !== 'running') return
  const cancelled = new AbortController()
  const signal = AbortSignal.any([job.signal, cancelled.signal])
  const progress = async (report: CollectionReport): Promise<void> => {
    const goesOn = await deps.write((tx) => updateCollection(tx, collectionId, { state: 'running', report }))
    if (!goesOn) cancelled.abort()
  }
  try {
    const report = await collectNow(deps, { isDryRun: found.isDryRun, signal, progress })
    const end = { state: 'done' as const, report, finishedAt: deps.clock.now() }
    await deps.write((tx) => updateCollection(tx, collectionId, end))
  } catch (error) {
    if (cancelled.signal.aborted) return
    if (!job.signal.aborted)
      await deps.write((tx) => updateCollection(tx, collectionId, { state: 'failed', finishedAt: deps.clock.now() }))
    throw error
  }
}

interface CollectNow {
  readonly isDryRun: boolean
  readonly signal: AbortSignal
  progress(report: CollectionReport): Promise<void>
}

/** One run, now. */
export async function collectNow(deps: CollectDeps, run: CollectNow): Promise<CollectionReport> {
  if (!run.isDryRun) await deps.blobs.dropUnfinished(new Date(Date.now() - UNFINISHED_MS))
  return await collectStorage(createShelves(deps, deps.config), { ...run, clock: deps.clock })
}

/** Throws `NotFound`. */
export async function openCollection(deps: Pick<RepoDeps, 'db'>, id: string): Promise<Collection> {
  const found = await findCollection(deps.db, id)
  if (!found) throw refuse('NotFound', 'There is no such collection.')
  return found
}

/** Ends a run before its next page. Throws `NotFound`. */
export async function cancelCollection(deps: RepoDeps, id: string): Promise<Collection> {
  const found = await openCollection(deps, id)
  if (found.state === 'queued' || found.state === 'running') {
    await deps.write((tx) => updateCollection(tx, id, { state: 'cancelled', finishedAt: deps.clock.now() }))
    if (found.jobId !== null) await deps.jobs.cancel(found.jobId)
  }
  return await openCollection(deps, id)
}

export function showCollection(one: Collection): StorageCollection {
  return {
    id: one.id,
    dryRun: one.isDryRun,
    state: one.state,
    createdAt: one.createdAt.toISOString(),
    finishedAt: one.finishedAt?.toISOString() ?? null,
    stage: one.report.stage,
    kinds: [...one.report.kinds],
  }
}
