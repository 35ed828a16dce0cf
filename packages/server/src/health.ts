import { healthz, readyz } from '@stoa/contracts'
import type { BlobStore } from './kit/blobs/port.js'
import type { Http } from './kit/http/server.js'

/** What readiness asks. */
export interface HealthDeps {
  databaseHealth(): Promise<{ roundTripMs: number }>
  readonly blobs: BlobStore
}

const CHECK_LIMIT_MS = 5_000
/** A name that is never stored: asking for it reaches the store and costs nothing. */
const PROBE_KEY = 'health/probe'

/** Liveness and readiness for whoever watches the process. Neither says anything that a stranger may not know. */
export function bindHealth(http: Http, deps: HealthDeps): void {
  const web = http.scope('web')
  web.bind(healthz, async () => ({ status: 'ok' as const }))
  web.bind(readyz, async ({ reply }) => {
    const checks = {
      database: await answers(deps.databaseHealth()),
      blobs: await answers(deps.blobs.stat(PROBE_KEY)),
    }
    const isReady = Object.values(checks).every((check) => check === 'ok')
    if (!isReady) reply.code(503)
    return { status: isReady ? ('ready' as const) : ('not ready' as const), checks }
  })
}

/** `ok`, or `does not answer` after an error or too long a wait. */
async function answers(asked: Promise<unknown>): Promise<string> {
  const wait = AbortSignal.timeout(CHECK_LIMIT_MS)
  const late = new Promise<never>((_resolve, reject) => wait.addEventListener('abort', () => reject(wait.reason)))
  return await Promise.race([asked, late]).then(
    () => 'ok',
    () => 'does not answer',
  )
}
