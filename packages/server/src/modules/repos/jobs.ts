import type { RepoDeps } from './deps.js'
import { dropStaleUploads } from './lfs/multipart.js'

const HOUR_MS = 3_600_000

/** Background work of this module. */
export function scheduleRepoJobs(deps: RepoDeps): void {
  deps.jobs.repeat('repos.dropStaleUploads', HOUR_MS, async () => {
    while ((await dropStaleUploads(deps)) > 0);
  })
}
