import { listingKind, listingSlug, listingState, planKey, ppm } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { findListingBySlug, findPlan, listListings, listPlanVersions } from '../products/queries.js'
import { changeListingState, createListing, updateListing } from '../products/save-listing.js'
import { namesOf } from '../views.js'
import { findOwner, type NounDeps } from './find-owner.js'

const MAX_EXPORTED = 100_000

const listing = z.strictObject({
  slug: listingSlug,
  kind: listingKind.default('model_access'),
  seller: z.string().min(1).max(96),
  repo: z.string().regex(/^[\w.-]{1,96}\/[\w.-]{1,96}$/, 'owner/name'),
  plan: planKey,
  platformFeePpm: ppm.optional(),
  title: z.string().trim().min(1).max(120).optional(),
  summary: z.string().trim().max(2000).optional(),
  state: listingState.default('published'),
})
export type ListingItem = z.output<typeof listing>

/** `listings:` of a manifest. `state: absent` retires. */
export function createListingsNoun(deps: NounDeps): ManifestNoun<ListingItem> {
  return {
    key: 'listings',
    identity: ['slug'],
    schema: listing,
    apply: (tx, item, context) => applyListing(deps, tx, item, context),
    remove: async (tx, item, context) => {
      const row = await findListingBySlug(tx, item.slug)
      if (!row || row.state === 'retired') return null
      await changeListingState(deps, tx, row, 'retired')
      context.afterCommit(deps.tellPrices)
      return { kind: 'remove', subject: `listing ${row.slug}`, text: 'retired' }
    },
    export: async (db) => {
      const filter = { states: ['draft', 'published', 'paused'] as const }
      const rows = await listListings(db, filter, { after: null, limit: MAX_EXPORTED })
      const nameOf = await namesOf(
        { ...deps, db },
        rows.map((row) => row.sellerId),
      )
      const items: ListingItem[] = []
      for (const row of rows) {
        const [plan] = await listPlanVersions(db, row.planId)
        if (!plan) continue
        const { slug, platformFeePpm, title, summary, state } = row
        const kind = row.kind as ListingItem['kind']
        const repo = row.resource.replace(/^repo:/, '')
        items.push({
          slug,
          kind,
          seller: nameOf(row.sellerId),
          repo,
          plan: plan.key,
          platformFeePpm,
          title,
          summary,
          state,
        })
      }
      return items
    },
  }
}

async function applyListing(
  deps: NounDeps,
  tx: Tx,
  item: ListingItem,
  context: ManifestContext,
): Promise<Change | null> {
  const seller = await findOwner(deps, tx, 'seller', item.seller)
  const plan = await findPlan(tx, seller.id, item.plan)
  if (!plan) throw itemProblem(['plan'], `${seller.name} has no plan ${item.plan}`)
  const resource = `repo:${item.repo}`
  const before = await findListingBySlug(tx, item.slug)
  context.afterCommit(deps.tellPrices)
  const { title, summary, platformFeePpm } = item
  if (!before) {
    const { slug, kind } = item
    const draft = await createListing(deps, tx, {
      slug,
      kind,
      seller,
      resource,
      planKey: item.plan,
      title,
      summary,
      platformFeePpm,
    })
    if (item.state !== 'draft') await reach(deps, tx, draft, item.state)
    return { kind: 'create', subject: `listing ${slug}`, text: `plan ${item.plan}, ${item.state}` }
  }
  if (before.sellerId !== seller.id) throw itemProblem(['seller'], 'the seller of a listing does not change')
  if (before.resource.toLowerCase() !== resource.toLowerCase())
    throw itemProblem(['repo'], 'what a listing sells does not change')
  const [current] = await listPlanVersions(tx, before.planId)
  const now = {
    plan: current?.key,
    title: before.title,
    summary: before.summary,
    platformFeePpm: before.platformFeePpm,
    state: before.state,
  }
  const wanted = { plan: item.plan, title, summary, platformFeePpm, state: item.state }
  const text = describeDifference(now, wanted)
  if (text === '') return null
  const changed = await updateListing(deps, tx, before, { planKey: item.plan, title, summary, platformFeePpm })
  await reach(deps, tx, changed, item.state)
  return { kind: 'update', subject: `listing ${before.slug}`, text }
}

/** A pause of a draft goes through its publication, as it would by hand. */
async function reach(
  deps: NounDeps,
  tx: Tx,
  from: Parameters<typeof changeListingState>[2],
  state: ListingItem['state'],
): Promise<void> {
  if (from.state === state) return
  const published =
    state === 'paused' && from.state === 'draft' ? await changeListingState(deps, tx, from, 'published') : from
  await changeListingState(deps, tx, published, state)
}
