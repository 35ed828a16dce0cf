import {
  COLLECT_JOB,
  type CollectDeps,
  type CollectPayload,
  runCollection,
  startCollection,
} from './collect/run-collection.js'
import { deleteOldCollections } from './queries/collections.js'
import { scheduleMeasures } from './measure/measure-storage.js'
import { pruneBuckets } from './queries/bucket-files.js'
import { dropStaleUploads } from './lfs/multipart.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PRUNED_AT_ONCE = 500
const MOVE_MS = 5 * 60_000
const COLLECT_MS = 6 * HOUR_MS
const KEEP_COLLECTIONS_MS = 90 * DAY_MS

/** Background work of this module. */
export function scheduleRepoJobs(deps: CollectDeps, xet: { moveToChunks(signal: AbortSignal): Promise<number> }): void {
  deps.jobs.repeat('repos.dropStaleUploads', HOUR_MS, async () => {
    while ((await dropStaleUploads(deps)) > 0);
  })
  deps.jobs.repeat('repos.pruneBuckets', HOUR_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - DAY_MS)
    while ((await deps.write((tx) => pruneBuckets(tx, before, PRUNED_AT_ONCE))) > 0);
  })
  if (deps.config.largeFilesToXet) {
    deps.jobs.repeat('repos.moveToChunks', MOVE_MS, async ({ signal }) => void (await xet.moveToChunks(signal)))
  }
  scheduleMeasures(deps)
  deps.jobs.handle(COLLECT_JOB, (payload: CollectPayload, job) => runCollection(deps, payload, job))
  deps.jobs.repeat('repos.planCollection', COLLECT_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - KEEP_COLLECTIONS_MS)
    await deps.write((tx) => deleteOldCollections(tx, before))
    await startCollection(deps, { isDryRun: false, by: null })
  })
}
