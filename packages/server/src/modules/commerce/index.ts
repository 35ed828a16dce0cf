import { pseudonymOf } from '../../kit/privacy/person-data.js'
import { eraseSeller } from './products/erase-seller.js'
import { refuse } from '@stoa/contracts'
import type { Db } from '../../kit/db/database.js'
import type { Actor, UserActor } from '../../kit/http/actor.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { maySpend } from './access.js'
import type { CommerceDeps } from './deps.js'
import { PRICES_CHANGED } from './events.js'
import { type Metering, startMetering } from './fold/metering.js'
import { createPlanLines } from './fold/plan-lines.js'
import { createGate, type RunningGate } from './gate/gate.js'
import type { Gate } from './gate/port.js'
import type { Scope } from './gate/scope.js'
import { TermsCache } from './gate/terms-cache.js'
import { createBudgetsNoun } from './manifest/budgets-noun.js'
import { createListingsNoun } from './manifest/listings-noun.js'
import { createPlansNoun } from './manifest/plans-noun.js'
import { createWalletsNoun } from './manifest/wallets-noun.js'
import { listLiveListings } from './products/queries.js'
import { followMove, followRemoval } from './products/follow-resource.js'
import { bindBudgets } from './routes/budgets.js'
import { bindLedger } from './routes/ledger.js'
import { bindListings } from './routes/listings.js'
import { bindPlans } from './routes/plans.js'
import { bindRevenue } from './routes/revenue.js'
import { bindUsage } from './routes/usage.js'
import { bindWallets } from './routes/wallets.js'

export type { CallRates, CallSubject, CallTerms, CallUsage, Gate, Reservation, Settlement } from './gate/port.js'
export { maySpend } from './access.js'

/** Whether somebody may see a resource such as `repo:acme/bert`. */
export type CanSeeResource = (actor: Actor, resource: string) => Promise<boolean>

/** Usage reaches aggregates, wallets and statements this soon. */
const FOLD_MS = 1000
/** Sealing, uploading and giving back idle leases. */
const TEND_MS = 5000

/** Selling and metering: plans, listings, wallets, the ledger, the journal and the gate of the call path. */
export function createCommerce(deps: CommerceDeps) {
  const scopes = new Map<string, Scope>()
  const terms = new TermsCache(deps, scopes)
  const linesOf = createPlanLines()
  let canSeeResource: CanSeeResource = async () => true
  let metering: Metering | undefined
  let running: RunningGate | undefined
  let timers: NodeJS.Timeout[] = []
  deps.events.on(PRICES_CHANGED, 'commerce.forget-terms', async () => terms.forget())
  deps.events.on('repos.moved', 'commerce.follow-move', ({ type, from, to }: MovedRepo) =>
    type === 'model' ? deps.write((tx) => followMove(deps, tx, `repo:${from}`, `repo:${to}`)) : Promise.resolve(),
  )
  deps.events.on('repos.deleted', 'commerce.follow-removal', ({ type, fullName }: RemovedRepo) =>
    type === 'model' ? deps.write((tx) => followRemoval(deps, tx, `repo:${fullName}`)) : Promise.resolve(),
  )

  const started = (): { metering: Metering; gate: RunningGate } => {
    if (!metering || !running) throw new Error('commerce is not started')
    return { metering, gate: running }
  }
  const gate: Gate = {
    terms: (subject) => started().gate.terms(subject),
    affordableMicros: (of) => started().gate.affordableMicros(of),
    reserve: (of, micros) => started().gate.reserve(of, micros),
    extend: (reservation, micros) => started().gate.extend(reservation, micros),
    settle: (reservation, usage) => started().gate.settle(reservation, usage),
    release: (reservation) => started().gate.release(reservation),
  }

  const nounDeps = { ...deps, forgetTerms: () => terms.forget() }
  const nouns = [
    createPlansNoun(nounDeps),
    createListingsNoun(nounDeps),
    createWalletsNoun(nounDeps),
    createBudgetsNoun(nounDeps),
  ] as const
  return {
    gate,
    nouns: nouns as readonly ManifestNoun[],
    /**
     * Who pays for an actor's calls: oneself, or the organisation named by `X-HF-Bill-To`. Synchronous: memberships are in the actor.
     * Throws `BillToForbidden` unless the role there is write or admin.
     */
    payerOf: (actor: UserActor, billTo: string | undefined): string => {
      if (billTo === undefined || billTo.toLowerCase() === actor.name.toLowerCase()) return actor.userId
      const org = actor.memberships.find((membership) => membership.name.toLowerCase() === billTo.toLowerCase())
      if (!org || !maySpend(actor, org.accountId)) throw refuse('BillToForbidden')
      return org.accountId
    },
    /** Folds everything durable now; for tests, the demo and pages that want the latest. */
    foldNow: (): Promise<void> => started().metering.fold(),
    /** Seals, uploads and gives idle leases back now instead of at the next tick. */
    tendNow: (): Promise<void> => tend(started()),
    /** Free calls of this process that no journal took. */
    unrecordedCalls: (): number => started().gate.counters.unrecordedCalls,
    /** Whether a published offer stands on a resource: who owns it may not throw it away (market.md §3). */
    hasLiveOffer: async (db: Db, resource: string): Promise<boolean> =>
      (await listLiveListings(db, resource)).some((listing) => listing.state === 'published'),
    /** Lets the module that owns resources say who may see them; a listing of a hidden one is hidden too. */
    provideResourceAccess: (check: CanSeeResource): void => {
      canSeeResource = check
    },
    /** Ends what a person sells and takes their name out of the books: a part of their erasure. */
    eraseSeller: ({ userId, name }: { readonly userId: string; readonly name: string }): Promise<void> =>
      eraseSeller(deps, { userId, name, pseudonym: pseudonymOf(userId) }),
    routes: (http: Http): void => {
      const scope = http.scope('stoa')
      const routeDeps = {
        ...deps,
        forgetTerms: () => terms.forget(),
        canSeeResource: (actor: Actor, resource: string) => canSeeResource(actor, resource),
        readSegment: (id: string, segment: number) => started().metering.readSegment(id, segment),
      }
      const families = [bindPlans, bindListings, bindWallets, bindUsage, bindRevenue, bindBudgets, bindLedger]
      for (const bind of families) bind(scope, routeDeps)
    },
    start: async (): Promise<void> => {
      const journalId = deps.ids.next()
      metering = await startMetering({ ...deps, linesOf }, journalId, scopes)
      running = createGate({ ...deps, journalId, journal: metering.journal, terms, scopes })
      timers = [every(deps, FOLD_MS, () => started().metering.fold()), every(deps, TEND_MS, () => tend(started()))]
    },
    stop: async (): Promise<void> => {
      for (const timer of timers) clearInterval(timer)
      await metering?.stop()
    },
  }
}

/** The parts of the later module's events that matter here. */
interface MovedRepo {
  readonly type: string
  readonly from: string
  readonly to: string
}
interface RemovedRepo {
  readonly type: string
  readonly fullName: string
}

async function tend({ metering, gate }: { metering: Metering; gate: RunningGate }): Promise<void> {
  await metering.tend()
  await gate.returnIdle()
}

function every(deps: CommerceDeps, ms: number, work: () => Promise<void>): NodeJS.Timeout {
  const timer = setInterval(() => {
    work().catch((error: unknown) => deps.log.error('metering work failed', error))
  }, ms)
  return timer.unref()
}

export type Commerce = ReturnType<typeof createCommerce>
