import { pseudonymOf } from '../../kit/privacy/person-data.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { MeteringDeps } from './deps.js'
import { LIMITS_CHANGED } from './events.js'
import { type RunningJournal, startJournal } from './fold/run-journal.js'
import { createGate, type RunningGate } from './gate/gate.js'
import { payerOf } from './gate/payer-of.js'
import type { Gate } from './gate/port.js'
import type { Scope } from './gate/scope.js'
import { TermsCache } from './gate/terms-cache.js'
import { createBudgetsNoun } from './manifest/budgets-noun.js'
import { bindBudgets } from './routes/budgets.js'
import { bindRevenue } from './routes/revenue.js'
import { bindUsage } from './routes/usage.js'
import { renameInHours } from './statements/erase-queries.js'

export type { CallRates, CallSubject, CallTerms, CallUsage, Gate, Reservation, Settlement } from './gate/port.js'

/** Usage reaches aggregates, wallets and statements this soon. */
const FOLD_MS = 1000
/** Sealing, uploading and giving back idle leases. */
const TEND_MS = 5000

/** Metering: the gate of the call path, budgets, the journal, and from it usage, draws and sales. */
export function createMetering(deps: MeteringDeps) {
  const scopes = new Map<string, Scope>()
  const terms = new TermsCache(deps, scopes)
  let journal: RunningJournal | undefined
  let running: RunningGate | undefined
  let timers: NodeJS.Timeout[] = []
  deps.commerce.onPricesChanged('metering.forget-terms', () => terms.forget())
  deps.events.on(LIMITS_CHANGED, 'metering.forget-limits', async () => terms.forget())

  const started = (): { journal: RunningJournal; gate: RunningGate } => {
    if (!journal || !running) throw new Error('metering is not started')
    return { journal, gate: running }
  }
  const gate: Gate = {
    terms: (subject) => started().gate.terms(subject),
    affordableMicros: (of) => started().gate.affordableMicros(of),
    reserve: (of, micros) => started().gate.reserve(of, micros),
    extend: (reservation, micros) => started().gate.extend(reservation, micros),
    settle: (reservation, usage) => started().gate.settle(reservation, usage),
    release: (reservation) => started().gate.release(reservation),
  }
  const ownDeps = { ...deps, forgetTerms: () => terms.forget() }
  return {
    gate,
    payerOf,
    nouns: [createBudgetsNoun(ownDeps)] as readonly ManifestNoun[],
    /** Folds everything durable now; for tests, the demo and pages that want the latest. */
    foldNow: (): Promise<void> => started().journal.fold(),
    /** Seals, uploads and gives idle leases back now instead of at the next tick. */
    tendNow: (): Promise<void> => tend(started()),
    /** Free calls of this process that no journal took. */
    unrecordedCalls: (): number => started().gate.counters.unrecordedCalls,
    /** Takes a person's name out of the names of what was called: a part of their erasure. */
    eraseName: ({ userId, name }: { readonly userId: string; readonly name: string }): Promise<void> =>
      deps.write((tx) => renameInHours(tx, { name, pseudonym: pseudonymOf(userId) })),
    routes: (http: Http): void => {
      const scope = http.scope('stoa')
      const readSegment = (id: string, segment: number) => started().journal.readSegment(id, segment)
      for (const bind of [bindUsage, bindRevenue, bindBudgets]) bind(scope, { ...ownDeps, readSegment })
    },
    start: async (): Promise<void> => {
      const journalId = deps.ids.next()
      journal = await startJournal({ ...deps, linesOf: deps.commerce.planLines }, journalId, scopes)
      running = createGate({ ...deps, journalId, journal: journal.writer, terms, scopes })
      timers = [every(deps, FOLD_MS, () => started().journal.fold()), every(deps, TEND_MS, () => tend(started()))]
    },
    stop: async (): Promise<void> => {
      for (const timer of timers) clearInterval(timer)
      await journal?.stop()
    },
  }
}

async function tend({ journal, gate }: { journal: RunningJournal; gate: RunningGate }): Promise<void> {
  await journal.tend()
  await gate.returnIdle()
}

function every(deps: MeteringDeps, ms: number, work: () => Promise<void>): NodeJS.Timeout {
  const timer = setInterval(() => {
    work().catch((error: unknown) => deps.log.error('metering work failed', error))
  }, ms)
  return timer.unref()
}

export type Metering = ReturnType<typeof createMetering>
