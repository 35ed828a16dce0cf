import type { RepoDeps } from './deps.js'
import { pruneBuckets } from './queries/bucket-files.js'
import { dropStaleUploads } from './lfs/multipart.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PRUNED_AT_ONCE = 500

/** Background work of this module. */
export function scheduleRepoJobs(deps: RepoDeps): void {
  deps.jobs.repeat('repos.dropStaleUploads', HOUR_MS, async () => {
    while ((await dropStaleUploads(deps)) > 0);
  })
  deps.jobs.repeat('repos.pruneBuckets', HOUR_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - DAY_MS)
    while ((await deps.write((tx) => pruneBuckets(tx, before, PRUNED_AT_ONCE))) > 0);
  })
}
