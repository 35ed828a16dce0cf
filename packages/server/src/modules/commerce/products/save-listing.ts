import { refuse } from '@stoa/contracts'
import { type AuditEntry, personal } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import type { CommerceDeps } from '../deps.js'
import { announcePrices } from '../events.js'
import { checkCallable } from './plan.js'
import {
  findListing,
  findListingBySlug,
  findPlan,
  hasPublishedRival,
  insertListing,
  type ListingRow,
  type ListingState,
  listPlanVersions,
  updateListing as updateListingRow,
} from './queries.js'

/** The platform's part of a sale unless an admin sets another: 15 %. */
export const DEFAULT_FEE_PPM = 150_000

type ListingDeps = Pick<CommerceDeps, 'audit' | 'clock' | 'ids' | 'events'>

export interface NewListing {
  readonly slug: string
  readonly kind: string
  readonly seller: { readonly id: string; readonly name: string }
  readonly resource: string
  readonly planKey: string
  readonly title?: string | undefined
  readonly summary?: string | undefined
  readonly platformFeePpm?: number | undefined
}

/** Makes a draft. The slug and the resource must lie in the seller's own name space. */
export async function createListing(deps: ListingDeps, tx: Tx, input: NewListing): Promise<ListingRow> {
  const { seller } = input
  for (const name of [input.slug, input.resource.slice(input.resource.indexOf(':') + 1)]) {
    if (name.split('/')[0]?.toLowerCase() !== seller.name.toLowerCase())
      throw refuse('Forbidden', `A seller can only list what lies under ${seller.name}/.`)
  }
  if (await findListingBySlug(tx, input.slug)) throw refuse('ListingConflict')
  const now = deps.clock.now()
  const listing: ListingRow = {
    id: deps.ids.next(),
    slug: input.slug,
    kind: input.kind,
    sellerId: seller.id,
    resource: input.resource,
    planId: await usablePlan(tx, seller.id, input.planKey, input.kind),
    platformFeePpm: input.platformFeePpm ?? DEFAULT_FEE_PPM,
    title: input.title ?? input.slug,
    summary: input.summary ?? '',
    state: 'draft',
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
  }
  await insertListing(tx, listing)
  await recordListing(deps, tx, listing, { action: 'billing.listing.create', after: factsOf(listing) })
  return listing
}

/** Records what became of a listing in its seller's chain. */
export async function recordListing(
  deps: Pick<CommerceDeps, 'audit'>,
  tx: Tx,
  listing: ListingRow,
  change: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  const target = { type: 'listing', id: listing.id, name: listing.slug }
  await deps.audit.record(tx, { ...change, chain: listing.sellerId, target })
}

function factsOf({ planId, platformFeePpm, state, title, sellerId }: ListingRow) {
  return { planId, platformFeePpm, state, title: personal(sellerId, title) }
}

export interface ListingChange {
  readonly planKey?: string | undefined
  readonly title?: string | undefined
  readonly summary?: string | undefined
  readonly platformFeePpm?: number | undefined
}

/** Changes what a listing says or costs. Calls under way keep the terms they were admitted with. */
export async function updateListing(
  deps: ListingDeps,
  tx: Tx,
  listing: ListingRow,
  change: ListingChange,
): Promise<ListingRow> {
  const next = {
    planId:
      change.planKey === undefined
        ? listing.planId
        : await usablePlan(tx, listing.sellerId, change.planKey, listing.kind),
    title: change.title ?? listing.title,
    summary: change.summary ?? listing.summary,
    platformFeePpm: change.platformFeePpm ?? listing.platformFeePpm,
    updatedAt: deps.clock.now(),
  }
  await updateListingRow(tx, listing.id, next)
  await announcePrices(deps, tx)
  const facts = { before: factsOf(listing), after: factsOf({ ...listing, ...next }) }
  await recordListing(deps, tx, listing, { action: 'billing.listing.update', ...facts })
  return { ...listing, ...next }
}

/** Which state may follow which (market.md §3). */
const FOLLOWS: Readonly<Record<ListingState, readonly ListingState[]>> = {
  draft: ['published', 'retired'],
  published: ['paused', 'retired'],
  paused: ['published', 'retired'],
  retired: [],
}

/** Publishes, pauses or retires. Throws `ListingState`, `ListingConflict` when the resource has a live listing, `PlanUnusable`. */
export async function changeListingState(
  deps: ListingDeps,
  tx: Tx,
  listing: ListingRow,
  state: ListingState,
): Promise<ListingRow> {
  if (listing.state === state) return listing
  if (!FOLLOWS[listing.state].includes(state))
    throw refuse('ListingState', `A ${listing.state} listing cannot become ${state}.`)
  const now = deps.clock.now()
  if (state === 'published') {
    if (await hasPublishedRival(tx, listing)) throw refuse('ListingConflict', 'This resource has a published listing.')
    const [version] = await listPlanVersions(tx, listing.planId)
    if (version && listing.kind === 'model_access') checkCallable(version)
  }
  const publishedAt = state === 'published' ? now : listing.publishedAt
  await updateListingRow(tx, listing.id, { state, updatedAt: now, publishedAt })
  await announcePrices(deps, tx)
  const action = `billing.listing.${state === 'published' ? 'publish' : state === 'paused' ? 'pause' : 'retire'}`
  await recordListing(deps, tx, listing, { action, before: { state: listing.state }, after: { state } })
  return { ...listing, state, updatedAt: now, publishedAt }
}

/** A listing or `ListingNotFound`. */
export async function getListing(tx: Tx, id: string): Promise<ListingRow> {
  const listing = await findListing(tx, id)
  if (!listing) throw refuse('ListingNotFound')
  return listing
}

async function usablePlan(tx: Tx, ownerId: string, key: string, kind: string): Promise<string> {
  const plan = await findPlan(tx, ownerId, key)
  if (!plan) throw refuse('PlanNotFound', `This seller has no plan "${key}".`)
  if (kind === 'model_access') checkCallable(plan)
  return plan.id
}
