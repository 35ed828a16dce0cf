import { deleteUnusedRegisteredApps } from './queries/apps.js'
import { deleteExpired } from './queries/grants.js'
import type { OauthDeps } from './deps.js'
import { recordApp } from './record.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const UNUSED_MS = 30 * DAY_MS
const AT_ONCE = 500

/** Background work of signing in with this platform. */
export function scheduleOauthJobs(deps: OauthDeps): void {
  deps.jobs.repeat('oauth.rotateSigningKeys', HOUR_MS, () => deps.keys.rotate())
  deps.jobs.repeat('oauth.removeExpired', HOUR_MS, async () => {
    const nowMs = deps.clock.now().getTime()
    await deps.write((tx) => deleteExpired(tx, new Date(nowMs), new Date(nowMs - DAY_MS)))
    await deps.write(async (tx) => {
      const gone = await deleteUnusedRegisteredApps(tx, new Date(nowMs - UNUSED_MS), AT_ONCE)
      for (const appId of gone) await recordApp(tx, deps, appId, { action: 'app.delete' })
    })
  })
}
