import { refuse } from '@stoa/contracts'
import type { MeteringDeps } from '../deps.js'
import type { JournalWriter } from '../journal/writer.js'
import { boundCall, NO_TOKENS, priceCall, type TokenCounts } from '../../commerce/index.js'
import type { LeaseDeps } from './lease.js'
import { readRemaining, returnLease } from './lease.js'
import type { CallTerms, CallUsage, Gate, Reservation, Settlement } from './port.js'
import { askLease, settleAsk } from './refill.js'
import type { Scope } from './scope.js'
import type { HeldTerms } from './terms.js'
import type { TermsCache } from './terms-cache.js'

/** A lease nobody used for this long goes back. */
const IDLE_MS = 30_000
/** How old the known remainder of a limit may be when an output limit is clamped to it. */
const LEFT_FRESH_MS = 1000
const LEFT_USABLE_MS = 10_000
const RECORDED = Promise.resolve()

class Held implements Reservation {
  readonly terms: HeldTerms
  heldMicros: bigint
  readonly admittedMs: number
  isOpen = true

  constructor(terms: HeldTerms, heldMicros: bigint, admittedMs: number) {
    this.terms = terms
    this.heldMicros = heldMicros
    this.admittedMs = admittedMs
  }
}

export interface GateDeps extends LeaseDeps, Pick<MeteringDeps, 'log'> {
  readonly journal: JournalWriter
  readonly terms: TermsCache
  readonly scopes: Map<string, Scope>
}

export interface GateCounters {
  /** Free calls that could not be journalled. */
  unrecordedCalls: number
}

export interface RunningGate extends Gate {
  readonly counters: GateCounters
  /** Gives back leases that nobody used lately; all of them at the end. */
  returnIdle(all?: boolean): Promise<void>
}

/** The gate of one process. Admission and settlement are plain arithmetic on leases in memory; SQL runs only to refill them. */
export function createGate(deps: GateDeps): RunningGate {
  const counters: GateCounters = { unrecordedCalls: 0 }
  return {
    counters,
    terms: (subject) => deps.terms.find(subject),
    affordableMicros: (terms) => affordable(deps, terms as HeldTerms),
    reserve: (terms, micros) => reserve(deps, terms as HeldTerms, micros),
    extend: (reservation, micros) => extend(deps, reservation as Held, micros),
    settle: (reservation, usage) => settle(deps, counters, reservation as Held, usage),
    release: (reservation) => release(reservation as Held),
    returnIdle: (all = false) => returnIdle(deps, all),
  }
}

function reserve(deps: GateDeps, terms: HeldTerms, micros: bigint): Reservation | Promise<Reservation> {
  if (micros < 0n) throw new RangeError('a reservation is not negative')
  const nowMs = deps.clock.now().getTime()
  if (terms.free) return new Held(terms, 0n, nowMs)
  if (!deps.journal.isWritable) throw refuse('MeteringUnavailable')
  if (holdAll(terms.scopes, micros, nowMs)) return new Held(terms, micros, nowMs)
  return holdSlowly(deps, terms, micros).then(() => new Held(terms, micros, nowMs))
}

/** All ancestors in one synchronous block: either each limit holds the call or none does. */
function holdAll(scopes: readonly Scope[], micros: bigint, nowMs: number): boolean {
  for (const scope of scopes) if (!scope.canHold(micros)) return false
  for (const scope of scopes) scope.hold(micros, nowMs)
  return true
}

/** Limit after limit, waiting for leases; what is held already goes back when a later one refuses. */
async function holdSlowly(deps: GateDeps, terms: HeldTerms, micros: bigint): Promise<void> {
  const held: Scope[] = []
  try {
    for (const scope of terms.scopes) {
      await askLease(deps, scope, micros)
      held.push(scope)
    }
  } catch (error) {
    for (const scope of held) scope.settle(micros, 0n)
    throw error
  }
}

function extend(deps: GateDeps, reservation: Held, micros: bigint): boolean | Promise<boolean> {
  assertOpen(reservation)
  if (reservation.terms.free) return true
  if (holdAll(reservation.terms.scopes, micros, deps.clock.now().getTime())) {
    reservation.heldMicros += micros
    return true
  }
  return holdSlowly(deps, reservation.terms, micros).then(
    () => {
      if (!reservation.isOpen) {
        for (const scope of reservation.terms.scopes) scope.settle(micros, 0n)
        return false
      }
      reservation.heldMicros += micros
      return true
    },
    (error: unknown) => {
      if ((error as { status?: number }).status === 402) return false
      throw error
    },
  )
}

function settle(deps: GateDeps, counters: GateCounters, reservation: Held, usage: CallUsage): Settlement {
  assertOpen(reservation)
  reservation.isOpen = false
  const { terms, heldMicros } = reservation
  const counts = toCounts(usage)
  const costMicros = priceCall(terms.lines, counts)
  const boundMicros = coveredMicros(terms.scopes, heldMicros, boundCall(terms.lines, counts))
  const record = {
    admittedMs: reservation.admittedMs,
    latencyMs: Math.max(0, Math.round(usage.latencyMs)),
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    outputTokens: usage.outputTokens,
    boundMicros,
    costMicros,
    requestId: usage.requestId,
  }
  try {
    const durable = deps.journal.append(terms.journalRef(usage.endpointId), record)
    if (terms.free) return { costMicros, durable: passUnrecorded(durable, counters) }
    for (const scope of terms.scopes) scope.settle(heldMicros, boundMicros)
    return { costMicros, durable: durable.catch(() => giveBack(terms.scopes, boundMicros)) }
  } catch (error) {
    for (const scope of terms.scopes) scope.settle(heldMicros, 0n)
    if (error instanceof RangeError) throw error
    if (!terms.free) return { costMicros, durable: rejected() }
    counters.unrecordedCalls += 1
    return { costMicros, durable: RECORDED }
  }
}

function release(reservation: Held): void {
  assertOpen(reservation)
  reservation.isOpen = false
  for (const scope of reservation.terms.scopes) scope.settle(reservation.heldMicros, 0n)
}

/** What the leases can cover: more than was held only as far as every lease has room. The rest is rated all the same and drawn when there is money. */
function coveredMicros(scopes: readonly Scope[], held: bigint, wanted: bigint): bigint {
  if (wanted <= held) return wanted
  let room = wanted - held
  for (const scope of scopes) {
    const free = scope.free > 0n ? scope.free : 0n
    if (free < room) room = free
  }
  return held + room
}

function affordable(deps: GateDeps, terms: HeldTerms): bigint | null | Promise<bigint | null> {
  if (terms.free) return null
  const nowMs = deps.clock.now().getTime()
  let isKnown = true
  for (const scope of terms.scopes) {
    const ageMs = scope.left === null ? Number.POSITIVE_INFINITY : nowMs - scope.left.atMs
    if (ageMs >= LEFT_FRESH_MS) isKnown &&= ageMs < LEFT_USABLE_MS && isPlenty(scope)
    if (ageMs >= LEFT_FRESH_MS && isKnown) refreshLeft(deps, scope, nowMs)
  }
  if (isKnown) return leastAffordable(terms.scopes)
  return Promise.all(terms.scopes.map((scope) => learnLeft(deps, scope, nowMs))).then(() =>
    leastAffordable(terms.scopes),
  )
}

/** Far from the limit a remainder some seconds old is good enough; close to it the database is asked. */
function isPlenty(scope: Scope): boolean {
  return scope.left !== null && scope.left.micros >= 2n * scope.leased
}

/** Behind the back of the call; noted as fresh at once so that one call in a second asks. */
function refreshLeft(deps: GateDeps, scope: Scope, atMs: number): void {
  if (scope.left) scope.left = { micros: scope.left.micros, atMs }
  learnLeft(deps, scope, atMs).catch((error: unknown) => deps.log.error('a limit could not be read', error))
}

/** All who ask at once share one read. */
function learnLeft(deps: GateDeps, scope: Scope, atMs: number): Promise<void> {
  scope.learning ??= readLeft(deps, scope, atMs)
  return scope.learning
}

async function readLeft(deps: GateDeps, scope: Scope, atMs: number): Promise<void> {
  try {
    scope.left = { micros: await readRemaining(deps, scope), atMs }
  } finally {
    scope.learning = null
  }
}

function leastAffordable(scopes: readonly Scope[]): bigint | null {
  let least: bigint | null = null
  for (const scope of scopes) {
    const micros = scope.free + (scope.left?.micros ?? 0n)
    if (least === null || micros < least) least = micros
  }
  return least !== null && least < 0n ? 0n : least
}

/** The record is lost with its group: nothing may be charged for it, so the lease gets it back. */
function giveBack(scopes: readonly Scope[], micros: bigint): never {
  for (const scope of scopes) {
    scope.spent -= micros
    scope.free += micros
  }
  throw refuse('MeteringUnavailable')
}

function passUnrecorded(durable: Promise<void>, counters: GateCounters): Promise<void> {
  return durable.catch(() => {
    counters.unrecordedCalls += 1
  })
}

function rejected(): Promise<never> {
  const promise = Promise.reject(refuse('MeteringUnavailable'))
  promise.catch(() => undefined)
  return promise
}

async function returnIdle(deps: GateDeps, all: boolean): Promise<void> {
  const nowMs = deps.clock.now().getTime()
  for (const scope of deps.scopes.values()) {
    const isOver = scope.resetsAt !== null && scope.resetsAt.getTime() <= nowMs
    if (!all && !isOver && nowMs - scope.usedAtMs < IDLE_MS) continue
    if (scope.waiting.length > 0 || scope.refilling) continue
    const micros = scope.free
    if (micros > 0n) {
      scope.free = 0n
      await settleAsk(deps, scope, returnLease(deps, scope, micros))
    }
    if (isOver && scope.leased === 0n) deps.scopes.delete(scope.key)
  }
}

function toCounts(usage: CallUsage): TokenCounts {
  return {
    ...NO_TOKENS,
    input: BigInt(usage.inputTokens),
    cachedInput: BigInt(usage.cachedInputTokens),
    output: BigInt(usage.outputTokens),
    requests: 1n,
  }
}

function assertOpen(reservation: Held): void {
  if (!reservation.isOpen) throw new Error('a reservation is settled or released once')
}

export type { CallTerms }
