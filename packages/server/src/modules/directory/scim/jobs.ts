import { PROVISIONING_LOG_MAX } from '@stoa/contracts'
import type { DirectoryDeps } from '../deps.js'
import { trimActivity } from '../queries/provisioning.js'
import { handleFollowJobs } from './follow-groups.js'

const HOUR_MS = 3_600_000
const KEEP_MS = 30 * 24 * HOUR_MS

/** Background work of provisioning. */
export function scheduleScimJobs(deps: DirectoryDeps): void {
  handleFollowJobs(deps)
  deps.jobs.repeat('directory.trimActivity', HOUR_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - KEEP_MS)
    await deps.write((tx) => trimActivity(tx, before, PROVISIONING_LOG_MAX))
  })
}
