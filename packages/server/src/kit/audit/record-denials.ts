import type { Route } from '@stoa/contracts'
import type { Clock } from '../clock.js'
import type { Tx } from '../db/database.js'
import type { UserActor } from '../http/actor.js'
import type { Log } from '../log.js'
import { type Audit, PLATFORM_CHAIN } from './audit.js'
import { describeActor } from './who.js'

/** The same refusal to the same person is recorded once in this time, so that nobody fills the chain by asking. */
const QUIET_MS = 60_000
const MAX_KEYS = 10_000
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Told of each change that was refused to somebody signed in; never fails and is not waited for. */
export type RecordDenial = (route: Route, actor: UserActor, code: string) => void

interface DenialDeps {
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Log
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

export function createDenialRecorder(deps: DenialDeps): RecordDenial {
  const recent = new Map<string, number>()
  return (route, actor, code) => {
    if (SAFE_METHODS.has(route.method)) return
    const now = deps.clock.now().getTime()
    const key = `${actor.userId} ${route.id} ${code}`
    if (now - (recent.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return
    if (recent.size >= MAX_KEYS) recent.clear()
    recent.set(key, now)
    const entry = {
      chain: PLATFORM_CHAIN,
      action: 'auth.denied',
      outcome: 'denied' as const,
      target: { type: 'route', id: route.id },
      actor: describeActor(actor),
      rule: code,
    }
    deps
      .write((tx) => deps.audit.record(tx, entry))
      .catch((error: unknown) => {
        deps.log.error('a refusal could not be recorded', error)
      })
  }
}
