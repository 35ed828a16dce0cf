import { hourOf } from '../gate/window.js'
import type { JournalSubject } from './record.js'
import type { ScannedCall } from './scanner.js'

/** Calls of one usage key in one hour: what becomes a row of `call_hours`. */
export interface HourGroup {
  readonly subject: JournalSubject
  readonly hourMs: number
  calls: bigint
  inputTokens: bigint
  cachedInputTokens: bigint
  outputTokens: bigint
  latencyMs: bigint
  /** What these calls took from their leases. */
  boundMicros: bigint
}

export interface GatheredCalls {
  readonly groups: readonly HourGroup[]
  readonly callCount: number
  readonly firstCallMs: number
  readonly lastCallMs: number
}

/** Sums calls by usage key and hour. The database's work follows the number of groups, not of calls. */
export function gatherCalls(calls: readonly ScannedCall[]): GatheredCalls {
  const bySubject = new Map<JournalSubject, Map<number, HourGroup>>()
  let [firstCallMs, lastCallMs] = [Number.MAX_SAFE_INTEGER, 0]
  for (const { call, subject } of calls) {
    let hours = bySubject.get(subject)
    if (!hours) bySubject.set(subject, (hours = new Map()))
    const hourMs = hourOf(call.admittedMs)
    let group = hours.get(hourMs)
    if (!group) hours.set(hourMs, (group = emptyGroup(subject, hourMs)))
    group.calls += 1n
    group.inputTokens += BigInt(call.inputTokens)
    group.cachedInputTokens += BigInt(call.cachedInputTokens)
    group.outputTokens += BigInt(call.outputTokens)
    group.latencyMs += BigInt(call.latencyMs)
    group.boundMicros += call.boundMicros
    firstCallMs = Math.min(firstCallMs, call.admittedMs)
    lastCallMs = Math.max(lastCallMs, call.admittedMs)
  }
  const groups = [...bySubject.values()].flatMap((hours) => [...hours.values()])
  return { groups: mergeEqualKeys(groups), callCount: calls.length, firstCallMs, lastCallMs }
}

/** Names of a usage key; subjects that differ only in fee or budgets share one row. */
export function usageKey(group: HourGroup): string {
  const { payerId, userId, tokenId, resource, endpointId, listingId, planVersionId } = group.subject
  return JSON.stringify([payerId, group.hourMs, userId, tokenId, resource, endpointId, listingId, planVersionId])
}

/** A segment may define a subject twice (after its terms were rebuilt): same content, one group. */
function mergeEqualKeys(groups: readonly HourGroup[]): HourGroup[] {
  const merged = new Map<string, HourGroup>()
  for (const group of groups) {
    const key = JSON.stringify([group.hourMs, group.subject])
    const known = merged.get(key)
    if (!known) {
      merged.set(key, group)
      continue
    }
    known.calls += group.calls
    known.inputTokens += group.inputTokens
    known.cachedInputTokens += group.cachedInputTokens
    known.outputTokens += group.outputTokens
    known.latencyMs += group.latencyMs
    known.boundMicros += group.boundMicros
  }
  return [...merged.values()]
}

function emptyGroup(subject: JournalSubject, hourMs: number): HourGroup {
  return {
    subject,
    hourMs,
    calls: 0n,
    inputTokens: 0n,
    cachedInputTokens: 0n,
    outputTokens: 0n,
    latencyMs: 0n,
    boundMicros: 0n,
  }
}
