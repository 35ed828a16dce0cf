import type { Log } from '../../../kit/log.js'
import type { Gate, Settlement } from '../../metering/index.js'
import type { CallFacts } from './call-facts.js'
import { andThen, type Eventually, type Upstream } from './model-route.js'
import { fitUsage } from './reserve-call.js'
import { type ReportedUsage, toCount } from './usage.js'

const BYTES_PER_TOKEN = 4
const MAX_REPLY_BYTES = 4_096
const ASK_TIMEOUT_MS = 2_000
const SETTLE_DELAY_MS = 20

/** The one place where a call's money is decided. */
export interface Settler {
  /** Resolves with the cost once the record is durable. */
  settle(facts: CallFacts, usage: ReportedUsage): Promise<bigint>
  /** After a hang-up: the replica is asked what it had made; a provider's calls are billed by what was seen. */
  settleBrokenOff(facts: CallFacts, seen: ReportedUsage): void
  release(facts: CallFacts): void
}

export function createSettler(gate: Gate, nowMs: () => number, log: Log): Settler {
  const close = (facts: CallFacts, usage: ReportedUsage): Eventually<Settlement> =>
    andThen(fitUsage(gate, facts.reservation, facts.bound, usage), (fitting) =>
      gate.settle(facts.reservation, {
        ...fitting,
        requestId: facts.billingId,
        latencyMs: nowMs() - facts.startedMs,
        endpointId: facts.route.endpointId,
      }),
    )
  const settle = (facts: CallFacts, usage: ReportedUsage): Promise<bigint> => {
    const closed = close(facts, usage)
    return closed instanceof Promise ? closed.then(whenDurable) : whenDurable(closed)
  }
  return {
    settle,
    settleBrokenOff(facts, seen) {
      const exact =
        facts.upstream.kind === 'replica' ? askReplica(facts.upstream, facts.billingId) : Promise.resolve(null)
      exact
        .then((usage) => settle(facts, usage ?? seen))
        .catch((error: unknown) =>
          log.error('a broken-off call was not settled', error, { requestId: facts.requestId }),
        )
    },
    release: (facts) => gate.release(facts.reservation),
  }
}

function whenDurable({ costMicros, durable }: Settlement): Promise<bigint> {
  return durable.then(() => costMicros)
}

/** A rough count for a text of so many bytes, where nobody counted. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN)
}

/** What a replica had made of a call that was broken off; null when it does not know. */
async function askReplica(upstream: Upstream, billingId: string): Promise<ReportedUsage | null> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_DELAY_MS))
  try {
    const { statusCode, body } = await upstream.pool.request({
      path: `/usage/${billingId}`,
      method: 'GET',
      headersTimeout: ASK_TIMEOUT_MS,
      bodyTimeout: ASK_TIMEOUT_MS,
    })
    const text = (await body.text()).slice(0, MAX_REPLY_BYTES)
    const counts = JSON.parse(text) as Record<string, unknown>
    const inputTokens = toCount(counts['inputTokens'])
    const outputTokens = toCount(counts['outputTokens'])
    if (statusCode !== 200 || inputTokens === null || outputTokens === null) return null
    return { inputTokens, cachedInputTokens: 0, outputTokens }
  } catch {
    return null
  }
}
