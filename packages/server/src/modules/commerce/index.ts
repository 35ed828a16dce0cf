import { pseudonymOf } from '../../kit/privacy/person-data.js'
import { eraseSeller } from './products/erase-seller.js'
import type { Db } from '../../kit/db/database.js'
import type { Actor } from '../../kit/http/actor.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import type { CommerceDeps } from './deps.js'
import { PRICES_CHANGED } from './events.js'
import { createListingsNoun } from './manifest/listings-noun.js'
import { createPlansNoun } from './manifest/plans-noun.js'
import { createWalletsNoun } from './manifest/wallets-noun.js'
import { createPlanLines } from './products/plan-lines.js'
import { listLiveListings } from './products/queries.js'
import { followMove, followRemoval } from './products/follow-resource.js'
import { bindLedger } from './routes/ledger.js'
import { bindListings } from './routes/listings.js'
import { bindPlans } from './routes/plans.js'
import { bindWallets } from './routes/wallets.js'

// Whose money it is.
export { getManagedAccount, getVisibleAccount, mayManage, maySee, maySpend } from './access.js'
export { namesOf } from './views.js'
// Amounts and prices: pure.
export { formatMicros, parseAmount } from './money/amount.js'
export { PPM, splitByWeights } from './money/split.js'
export { boundCall, type CallLine, compileCallPrice, priceCall } from './rating/call-price.js'
export type { TokenRates } from './rating/component.js'
export { NO_TOKENS, type TokenCounts } from './rating/tokens.js'
// What is offered.
export { resourceWithoutName } from './products/erase-queries.js'
export { findOffer, mapListingSlugs, type Offer } from './products/queries.js'
// The ledger: every write takes the caller's transaction, so that money moves with what it is moved for.
export { applyGroup, applyLocked } from './ledger/apply-group.js'
export { LEASE_CODE, ledgerAccount, type LedgerAccountSpec } from './ledger/chart.js'
export {
  ensureLedgerAccounts,
  findLedgerAccount,
  type LedgerAccountRow,
  lockBalances,
  sumMovements,
} from './ledger/queries.js'
export { availableMicros, type Transfer, transferId } from './ledger/transfer.js'
export { TOPUP_CODE } from './wallets/credit-wallet.js'

/** Whether somebody may see a resource such as `repo:acme/bert`. */
export type CanSeeResource = (actor: Actor, resource: string) => Promise<boolean>

/** Selling: plans, listings, wallets and the ledger. */
export function createCommerce(deps: CommerceDeps) {
  let canSeeResource: CanSeeResource = async () => true
  const listeners: (() => void)[] = []
  const tellPrices = (): void => {
    for (const hear of listeners) hear()
  }
  deps.events.on('repos.moved', 'commerce.follow-move', ({ type, from, to }: MovedRepo) =>
    type === 'model' ? deps.write((tx) => followMove(deps, tx, `repo:${from}`, `repo:${to}`)) : Promise.resolve(),
  )
  deps.events.on('repos.deleted', 'commerce.follow-removal', ({ type, fullName }: RemovedRepo) =>
    type === 'model' ? deps.write((tx) => followRemoval(deps, tx, `repo:${fullName}`)) : Promise.resolve(),
  )

  const nounDeps = { ...deps, tellPrices }
  const nouns = [createPlansNoun(nounDeps), createListingsNoun(nounDeps), createWalletsNoun(nounDeps)] as const
  return {
    nouns: nouns as readonly ManifestNoun[],
    /** Compiled prices of plan versions, kept in memory. Throws for a version that does not stand. */
    planLines: createPlanLines(),
    /**
     * `hear` is called after prices or listings changed: at once for changes made in this process, with the event for those of
     * others. `handler` is the stable name of the event's delivery.
     */
    onPricesChanged: (handler: string, hear: () => void): void => {
      listeners.push(hear)
      deps.events.on(PRICES_CHANGED, handler, async () => hear())
    },
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
        tellPrices,
        canSeeResource: (actor: Actor, resource: string) => canSeeResource(actor, resource),
      }
      for (const bind of [bindPlans, bindListings, bindWallets, bindLedger]) bind(scope, routeDeps)
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

export type Commerce = ReturnType<typeof createCommerce>
