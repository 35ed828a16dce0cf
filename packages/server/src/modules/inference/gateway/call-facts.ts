import type { Reservation } from '../../metering/index.js'
import type { CallDoor } from './doors.js'
import type { ModelRoute, Upstream } from './model-route.js'
import type { TokenBound } from './reserve-call.js'

/** Everything decided about a call before it is sent. */
export interface CallFacts {
  readonly door: CallDoor
  readonly route: ModelRoute
  readonly upstream: Upstream
  readonly reservation: Reservation
  readonly bound: TokenBound
  /** Ours, unique for billing; the caller may have sent its own. */
  readonly billingId: string
  readonly requestId: string
  readonly body: Buffer
  readonly hidesUsage: boolean
  readonly startedMs: number
  readonly limitHeaders: readonly string[]
}
