import { refuse, type StoaError } from '@stoa/contracts'
import { type LeaseDeps, takeLease } from './lease.js'
import { type Ask, planGrant, type Scope } from './scope.js'

/** Callers that wait for one lease; more are refused early rather than queued for ever. */
const WAITING_LIMIT = 10_000

/** Resolves with the amount held; rejects with the 402 of this scope. All who wait share one transaction. */
export function askLease(deps: LeaseDeps, scope: Scope, micros: bigint): Promise<void> {
  if (scope.waiting.length === 0 && scope.canHold(micros)) {
    scope.hold(micros, deps.clock.now().getTime())
    return Promise.resolve()
  }
  if (scope.waiting.length >= WAITING_LIMIT) return Promise.reject(refuse('Unavailable'))
  const asked = new Promise<void>((grant, reject) => {
    scope.waiting.push({ micros, grant, refuse: reject })
  })
  scope.refilling ??= refill(deps, scope)
  return asked
}

/** Marks a scope busy while its lease is changed in the database, so that no refill runs beside it. */
export async function settleAsk(deps: LeaseDeps, scope: Scope, work: Promise<void>): Promise<void> {
  scope.refilling = work
  try {
    await work
  } finally {
    scope.refilling = scope.waiting.length > 0 ? refill(deps, scope) : null
  }
}

async function refill(deps: LeaseDeps, scope: Scope): Promise<void> {
  while (scope.waiting.length > 0) {
    let asks: Ask[] = []
    let fits: boolean[] = []
    const plan = (remaining: bigint): bigint => {
      asks = scope.waiting.splice(0)
      const grant = planGrant(
        asks.map((ask) => ask.micros),
        scope.free,
        remaining,
      )
      fits = grant.fits
      return grant.take
    }
    try {
      const { taken, left } = await takeLease(deps, scope, plan)
      scope.left = { micros: left, atMs: deps.clock.now().getTime() }
      answer(deps, scope, asks, fits, taken)
    } catch (error) {
      for (const ask of [...asks, ...scope.waiting.splice(0)]) ask.refuse(error as Error)
    }
  }
  scope.refilling = null
}

/** What was planned on the free part may be gone meanwhile, so each grant is checked again; who does not fit any more asks anew. */
function answer(deps: LeaseDeps, scope: Scope, asks: readonly Ask[], fits: readonly boolean[], taken: bigint): void {
  scope.free += taken
  const nowMs = deps.clock.now().getTime()
  asks.forEach((ask, index) => {
    if (!fits[index]) return ask.refuse(exhausted(scope))
    if (!scope.canHold(ask.micros)) return void scope.waiting.push(ask)
    scope.hold(ask.micros, nowMs)
    ask.grant()
  })
}

function exhausted(scope: Scope): StoaError {
  const code = scope.kind === 'wallet' ? 'insufficient_credit' : 'budget_exceeded'
  const detail = {
    type: 'insufficient_quota',
    code,
    scope: scope.label,
    resets_at: scope.resetsAt?.toISOString() ?? null,
  }
  return refuse(code, undefined, detail)
}
