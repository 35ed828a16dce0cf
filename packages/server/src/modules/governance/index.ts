import { createGuardedFetch, createGuardedReach } from '../../kit/http/guarded-fetch.js'
import type { Http } from '../../kit/http/server.js'
import { makeCheckpoints } from './audit/make-checkpoints.js'
import { createSigningKey } from './audit/signing-key.js'
import type { GovernanceDeps } from './deps.js'
import { bindAudit } from './routes/audit.js'
import { bindPrivacy } from './routes/privacy.js'
import { listHeldAccounts } from './queries/retention.js'
import { planRetention, RETENTION_JOB, type RetentionPayload, runRetention } from './retention/run-retention.js'
import { type Eraser, runErasures } from './privacy/erase-person.js'
import { type Switch, switchOfMany } from '../../kit/switches.js'
import { listStreams } from './queries/streams.js'
import { bindRetention } from './routes/retention.js'
import { bindStreams } from './routes/streams.js'
import { runStreams } from './streams/run-streams.js'

const CHECKPOINT_EVERY_MS = 60_000
const STREAMS_EVERY_MS = 5_000
const ERASURES_EVERY_MS = 3_600_000
const RETENTION_EVERY_MS = 24 * 3_600_000

export type { Eraser, Leaver } from './privacy/erase-person.js'

/** The record of what happened, and the rights of people over what is kept about them. */
export function createGovernance(deps: GovernanceDeps) {
  const key = createSigningKey(deps.instanceKey)
  const routeDeps = { ...deps, key }
  const erasers: Eraser[] = []
  const holdings: ((userId: string) => Promise<string[]>)[] = []
  const listHoldings = async (userId: string): Promise<string[]> =>
    (await Promise.all(holdings.map((list) => list(userId)))).flat()
  deps.accounts.guardRemoval(async (tx, accountId) =>
    (await listHeldAccounts(tx)).includes(accountId) ? 'a legal hold stands on it' : null,
  )
  const ways = { guardedFetch: createGuardedFetch(deps.config), guardedReach: createGuardedReach(deps.config) }
  const send = (): Promise<void> => runStreams({ ...deps, ways })
  const erase = (): Promise<void> => runErasures({ ...deps, erasers })
  return {
    /** Signs everything that waits, due or not; how many checkpoints were made. */
    signEverything: (): Promise<number> => makeCheckpoints(routeDeps, true),
    /** Signs what is due by number or age. */
    signDue: (): Promise<number> => makeCheckpoints(routeDeps),
    /** Sends the streams what they have not had. */
    runStreams: send,
    /** Lets a module erase what it owns of a person, before the register is applied; erasers run in the order of modules. */
    provideEraser: (eraser: Eraser): void => void erasers.push(eraser),
    /** Lets a module say what somebody owns, in words, which goes with them. */
    provideHoldings: (list: (userId: string) => Promise<string[]>): void => void holdings.push(list),
    /** Erases everybody whose cooling-off is over. */
    runErasures: erase,
    switches: async (): Promise<Switch[]> => {
      const streams = await listStreams(deps.db)
      const addresses = streams.map(({ kind, address }) => (kind === 'webhook' ? address : `http://${address}`))
      return [switchOfMany('auditStreams', addresses)]
    },
    routes: (http: Http): void => {
      bindPrivacy(http, { ...deps, listHoldings })
      bindAudit(http, routeDeps)
      bindStreams(http, deps)
      bindRetention(http, deps)
    },
    start: async (): Promise<void> => {
      deps.jobs.repeat('governance.checkpoints', CHECKPOINT_EVERY_MS, async () => {
        await makeCheckpoints(routeDeps)
      })
      deps.jobs.repeat('governance.erasures', ERASURES_EVERY_MS, erase)
      deps.jobs.handle(RETENTION_JOB, (payload: RetentionPayload) => runRetention(deps, payload))
      deps.jobs.repeat('governance.retention', RETENTION_EVERY_MS, async () => {
        await planRetention(deps, false)
      })
      deps.jobs.repeat('governance.streams', STREAMS_EVERY_MS, send)
    },
  }
}

export type Governance = ReturnType<typeof createGovernance>
