import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { Actor, UserActor } from '../../../kit/http/actor.js'
import type { HttpScope } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { getManagedAccount, mayManage, maySee } from '../access.js'
import { readCursor, writeCursor } from '../../../kit/http/cursor.js'
import { findListing, type ListingRow, listListings, listPlanVersions, type PlanRow } from '../products/queries.js'
import { changeListingState, createListing, updateListing } from '../products/save-listing.js'
import { namesOf, toListingView } from '../views.js'
import type { RouteDeps } from './deps.js'

export function bindListings(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.listListings, async ({ actor, query }) => {
    const seller = query.seller === undefined ? null : await deps.accounts.findAccount(deps.db, query.seller)
    if (query.seller !== undefined && !seller) throw refuse('AccountNotFound')
    const isOwn = seller !== null && actor.kind === 'user' && maySee(actor, seller)
    const states = query.state
      ? [query.state]
      : isOwn
        ? (['draft', 'published', 'paused', 'retired'] as const)
        : (['published'] as const)
    const allowed = isOwn ? states : states.filter((state) => state === 'published')
    if (allowed.length === 0) return { listings: [], nextCursor: null }
    const filter = {
      ...(seller ? { sellerId: seller.id } : {}),
      ...(query.resource === undefined ? {} : { resource: query.resource }),
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      states: allowed,
    }
    const after = readCursor(query.cursor, 1)?.[0] ?? null
    const rows = await listListings(deps.db, filter, { after, limit: query.limit })
    const visible = await keepVisible(deps, actor, rows, isOwn)
    const last = rows.at(-1)
    const nextCursor = rows.length === query.limit && last ? writeCursor([last.slug.toLowerCase()]) : null
    return { listings: await toViews(deps, visible), nextCursor }
  })

  http.bind(contracts.getListing, async ({ actor, params }) => {
    const listing = await findListing(deps.db, params.listingId)
    if (!listing || !(await isVisible(deps, actor, listing))) throw refuse('ListingNotFound')
    return toView(deps, listing)
  })

  http.bind(contracts.createListing, async ({ actor, body }) => {
    const seller = await getManagedAccount(deps, actor, body.seller)
    refuseOwnFee(actor, body.platformFeePpm)
    const { plan, ...rest } = body
    return toView(deps, await deps.write((tx) => createListing(deps, tx, { ...rest, seller, planKey: plan })))
  })

  http.bind(contracts.updateListing, async ({ actor, params, body }) => {
    const listing = await getManagedListing(deps, actor, params.listingId)
    refuseOwnFee(actor, body.platformFeePpm)
    const { plan, ...rest } = body
    const changed = await deps.write((tx) => updateListing(deps, tx, listing, { ...rest, planKey: plan }))
    deps.tellPrices()
    return toView(deps, changed)
  })

  http.bind(contracts.changeListingState, async ({ actor, params, body }) => {
    const listing = await getManagedListing(deps, actor, params.listingId)
    const changed = await deps.write((tx) => changeListingState(deps, tx, listing, body.state))
    deps.tellPrices()
    return toView(deps, changed)
  })
}

/** A seller cannot set what the platform takes. */
function refuseOwnFee(actor: UserActor, feePpm: number | undefined): void {
  if (feePpm !== undefined && !can(actor, 'platform.fees', null).allow)
    throw refuse('Forbidden', 'Only an admin of this platform sets its fee.')
}

async function getManagedListing(deps: RouteDeps, actor: UserActor, id: string): Promise<ListingRow> {
  const listing = await findListing(deps.db, id)
  if (!listing) throw refuse('ListingNotFound')
  const seller = await deps.accounts.getAccount(deps.db, listing.sellerId)
  if (mayManage(actor, seller)) return listing
  throw (await isVisible(deps, actor, listing)) ? refuse('Forbidden') : refuse('ListingNotFound')
}

async function isVisible(deps: RouteDeps, actor: Actor, listing: ListingRow): Promise<boolean> {
  if (listing.state === 'published' && (await deps.canSeeResource(actor, listing.resource))) return true
  return actor.kind === 'user' && maySee(actor, await deps.accounts.getAccount(deps.db, listing.sellerId))
}

async function keepVisible(
  deps: RouteDeps,
  actor: Actor,
  rows: readonly ListingRow[],
  isOwn: boolean,
): Promise<ListingRow[]> {
  const kept: ListingRow[] = []
  for (const row of rows) if (isOwn || (await isVisible(deps, actor, row))) kept.push(row)
  return kept
}

async function toView(deps: RouteDeps, listing: ListingRow): Promise<contracts.ListingView> {
  const [view] = await toViews(deps, [listing])
  return view as contracts.ListingView
}

async function toViews(deps: RouteDeps, listings: readonly ListingRow[]): Promise<contracts.ListingView[]> {
  const nameOf = await namesOf(
    deps,
    listings.map((listing) => listing.sellerId),
  )
  const plans = new Map<string, PlanRow>()
  for (const planId of new Set(listings.map((listing) => listing.planId))) {
    const [latest] = await listPlanVersions(deps.db, planId)
    if (latest) plans.set(planId, latest)
  }
  return listings.flatMap((listing) => {
    const plan = plans.get(listing.planId)
    return plan ? [toListingView(listing, plan, nameOf(listing.sellerId))] : []
  })
}
