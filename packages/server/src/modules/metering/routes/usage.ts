import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { HttpScope } from '../../../kit/http/server.js'
import { getVisibleAccount, mapListingSlugs, namesOf } from '../../commerce/index.js'
import { readCursor, writeCursor } from '../../../kit/http/cursor.js'
import { type FoundCall, listCalls } from '../statements/list-calls.js'
import { makeStatement } from '../statements/make-statement.js'
import { sumUsage, type UsageGrouping, type UsageSums } from '../statements/queries.js'
import { readSpan, type RouteDeps } from './deps.js'

export function bindUsage(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.getUsage, async ({ actor, query }) => {
    const account = await getVisibleAccount(deps, actor, query.account)
    const span = readSpan(query, deps.clock.now())
    if (span.from >= span.to) throw refuse('InvalidRequest', 'The span ends before it begins.')
    const { resource, tokenId, userId, listingId, currency, groupBy } = query
    const filter = { payerId: account.id, ...span, currency, resource, tokenId, userId, listingId }
    const rows = await sumUsage(deps.db, filter, groupBy)
    const labelOf = await labels(
      deps,
      groupBy,
      rows.map((row) => row.key),
    )
    return {
      account: account.name,
      currency,
      from: span.from.toISOString(),
      to: span.to.toISOString(),
      rows: rows.map((row) => ({ key: row.key, label: labelOf(row.key), ...toSums(row) })),
      total: toSums(rows.reduce(addSums, NOTHING)),
    }
  })

  http.bind(contracts.listCalls, async ({ actor, query }) => {
    const account = await getVisibleAccount(deps, actor, query.account)
    const after = readCursor(query.cursor, 2)
    const page = { limit: query.limit, after: after ? { foldId: after[0] ?? '', offset: Number(after[1]) } : null }
    const { resource, tokenId, userId, listingId } = query
    const filter = { payerId: account.id, hour: new Date(query.hour), resource, tokenId, userId, listingId }
    const found = await listCalls(deps, filter, page)
    const nextCursor = found.next ? writeCursor([found.next.foldId, found.next.offset]) : null
    return { calls: found.calls.map(toCallView), nextCursor }
  })

  http.bind(contracts.getStatement, async ({ actor, params, query }) => {
    const account = await getVisibleAccount(deps, actor, params.account)
    const month = query.month ?? deps.clock.now().toISOString().slice(0, 7)
    return makeStatement(deps, account, { month, currency: query.currency })
  })
}

const NOTHING: UsageSums = { calls: 0n, inputTokens: 0n, cachedInputTokens: 0n, outputTokens: 0n, chargedMicros: 0n }

function addSums(a: UsageSums, b: UsageSums): UsageSums {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    chargedMicros: a.chargedMicros + b.chargedMicros,
  }
}

function toSums(sums: UsageSums) {
  return {
    calls: `${sums.calls}`,
    inputTokens: `${sums.inputTokens}`,
    cachedInputTokens: `${sums.cachedInputTokens}`,
    outputTokens: `${sums.outputTokens}`,
    chargedMicros: `${sums.chargedMicros}`,
  }
}

async function labels(
  deps: RouteDeps,
  groupBy: UsageGrouping,
  keys: readonly string[],
): Promise<(key: string) => string> {
  if (groupBy === 'user') return namesOf(deps, keys)
  if (groupBy === 'token') return (key) => (key === '' ? 'browser session' : key)
  if (groupBy === 'resource') return (key) => key.replace(/^repo:/, '')
  if (groupBy !== 'listing') return (key) => key
  const slugs = await mapListingSlugs(deps.db, keys)
  return (key) => slugs.get(key) ?? (key === '' ? 'free' : key)
}

function toCallView({ call, subject, journalId, segment, offset }: FoundCall): contracts.CallView {
  return {
    requestId: call.requestId,
    at: new Date(call.admittedMs).toISOString(),
    resource: subject.resource,
    userId: subject.userId,
    tokenId: subject.tokenId,
    listingId: subject.listingId,
    planVersionId: subject.planVersionId,
    inputTokens: String(call.inputTokens),
    cachedInputTokens: String(call.cachedInputTokens),
    outputTokens: String(call.outputTokens),
    latencyMs: call.latencyMs,
    costMicros: `${call.costMicros}`,
    journal: { journalId, segment, offsetBytes: offset },
  }
}
