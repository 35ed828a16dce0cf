import type { Clock } from '../../../kit/clock.js'
import type { Authenticate, UserActor } from '../../../kit/http/actor.js'
import type { RateLimiter } from '../../../kit/http/rate-limit.js'
import type { Ids } from '../../../kit/ids.js'
import type { Log } from '../../../kit/log.js'
import type { TokenFacts } from '../../accounts/index.js'
import type { Gate } from '../../metering/index.js'
import type { Eventually, ModelRouter } from './model-route.js'

/** What the call path needs of the house. */
export interface GatewayDeps {
  readonly verifyToken: (secret: string, address: string) => Eventually<TokenFacts | null>
  readonly authenticate: Authenticate
  readonly gate: Gate
  /** Who pays when `X-HF-Bill-To` names an account; throws when the actor may not spend for it. */
  readonly payerOf: (actor: UserActor, billTo: string | undefined) => string
  readonly router: ModelRouter
  readonly limiter: RateLimiter
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly publicUrl: () => string
}
