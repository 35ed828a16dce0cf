import type { ComponentBody } from '@stoa/contracts'
import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { PriceComponent } from '../rating/component.js'
import { readComponent } from '../rating/read-component.js'
import type { PlanTerms } from './plan.js'

export interface PlanRow extends PlanTerms {
  readonly id: string
  readonly ownerId: string
  readonly key: string
  readonly versionId: string
  readonly version: number
  readonly state: 'active' | 'archived'
  readonly createdAt: Date
}

function plans(db: Db | Tx) {
  return db
    .selectFrom('commerce.plans as p')
    .innerJoin('commerce.planVersions as v', 'v.planId', 'p.id')
    .select([
      'p.id',
      'p.ownerId',
      'p.key',
      'v.id as versionId',
      'v.version',
      'v.state',
      'v.currency',
      'v.interval',
      'v.funding',
      'v.components',
      'v.createdAt',
    ])
}

interface RawPlan {
  state: string
  interval: string
  funding: string
  components: unknown
}

function toPlanRow<T extends RawPlan>(row: T) {
  return {
    ...row,
    state: row.state as PlanRow['state'],
    interval: row.interval as PlanTerms['interval'],
    funding: row.funding as PlanTerms['funding'],
    components: row.components as ComponentBody[],
  }
}

/** A plan by its owner and key with its active version, or null. */
export async function findPlan(db: Db | Tx, ownerId: string, key: string): Promise<PlanRow | null> {
  const query = plans(db).where('p.ownerId', '=', ownerId).where('v.state', '=', 'active')
  const row = await query.where(sql<boolean>`lower(p.key) = lower(${key})`).executeTakeFirst()
  return row ? toPlanRow(row) : null
}

/** Every version of a plan, newest first; empty when there is no such plan. */
export async function listPlanVersions(db: Db | Tx, planId: string): Promise<PlanRow[]> {
  const rows = await plans(db).where('p.id', '=', planId).orderBy('v.version', 'desc').limit(200).execute()
  return rows.map(toPlanRow)
}

export async function listPlansOf(db: Db | Tx, ownerId: string): Promise<PlanRow[]> {
  const query = plans(db).where('p.ownerId', '=', ownerId).where('v.state', '=', 'active')
  return (await query.orderBy('p.key').limit(500).execute()).map(toPlanRow)
}

/** Every active plan of the platform, for the export of a manifest. */
export async function listAllPlans(db: Db): Promise<PlanRow[]> {
  return (await plans(db).where('v.state', '=', 'active').orderBy('p.key').orderBy('p.id').execute()).map(toPlanRow)
}

export async function insertPlan(
  tx: Tx,
  row: { id: string; ownerId: string; key: string; createdAt: Date },
): Promise<void> {
  await tx.insertInto('commerce.plans').values(row).execute()
}

/** Archives the active version and adds the next one. */
export async function insertPlanVersion(
  tx: Tx,
  row: { id: string; planId: string; version: number; createdAt: Date; terms: PlanTerms },
): Promise<void> {
  await tx
    .updateTable('commerce.planVersions')
    .set({ state: 'archived' })
    .where('planId', '=', row.planId)
    .where('state', '=', 'active')
    .execute()
  const { id, planId, version, createdAt, terms } = row
  const { currency, interval, funding } = terms
  const components = JSON.stringify(terms.components)
  await tx
    .insertInto('commerce.planVersions')
    .values({ id, planId, version, state: 'active', currency, interval, funding, components, createdAt })
    .execute()
}

export interface ListingRow {
  readonly id: string
  readonly slug: string
  readonly kind: string
  readonly sellerId: string
  readonly resource: string
  readonly planId: string
  readonly platformFeePpm: number
  readonly title: string
  readonly summary: string
  readonly state: ListingState
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly publishedAt: Date | null
}

export type ListingState = 'draft' | 'published' | 'paused' | 'retired'

export async function findListing(db: Db | Tx, id: string): Promise<ListingRow | null> {
  const row = await db.selectFrom('commerce.listings').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? { ...row, state: row.state as ListingState } : null
}

export async function findListingBySlug(db: Db | Tx, slug: string): Promise<ListingRow | null> {
  const query = db.selectFrom('commerce.listings').selectAll().where(sql<boolean>`lower(slug) = lower(${slug})`)
  const row = await query.executeTakeFirst()
  return row ? { ...row, state: row.state as ListingState } : null
}

/** Whether another listing of this kind is live for the resource. */
export async function hasPublishedRival(tx: Tx, listing: ListingRow): Promise<boolean> {
  const row = await tx
    .selectFrom('commerce.listings')
    .select('id')
    .where('kind', '=', listing.kind)
    .where('state', '=', 'published')
    .where('id', '<>', listing.id)
    .where(sql<boolean>`lower(resource) = lower(${listing.resource})`)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertListing(tx: Tx, row: ListingRow): Promise<void> {
  await tx.insertInto('commerce.listings').values(row).execute()
}

export async function updateListing(tx: Tx, id: string, change: Partial<Omit<ListingRow, 'id'>>): Promise<void> {
  await tx.updateTable('commerce.listings').set(change).where('id', '=', id).execute()
}

/** Listings by slug, after a slug. */
export async function listListings(
  db: Db,
  filter: { sellerId?: string; resource?: string; kind?: string; states: readonly ListingState[] },
  page: { after: string | null; limit: number },
): Promise<ListingRow[]> {
  let query = db
    .selectFrom('commerce.listings')
    .selectAll()
    .where('state', 'in', [...filter.states])
  if (filter.sellerId !== undefined) query = query.where('sellerId', '=', filter.sellerId)
  if (filter.resource !== undefined) query = query.where(sql<boolean>`lower(resource) = lower(${filter.resource})`)
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (page.after !== null) query = query.where(sql<boolean>`lower(slug) > ${page.after}`)
  const rows = await query.orderBy(sql`lower(slug)`).limit(page.limit).execute()
  return rows.map((row) => ({ ...row, state: row.state as ListingState }))
}

/** Slugs of listings by id, for people to read. */
export async function mapListingSlugs(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('commerce.listings')
    .select(['id', 'slug'])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row.slug]))
}

/** Listings of a resource that are not retired. */
export async function listLiveListings(db: Db | Tx, resource: string): Promise<ListingRow[]> {
  const rows = await db
    .selectFrom('commerce.listings')
    .selectAll()
    .where(sql<boolean>`lower(resource) = lower(${resource})`)
    .where('state', '<>', 'retired')
    .execute()
  return rows.map((row) => ({ ...row, state: row.state as ListingState }))
}

/** Components of plan versions; they never change, so callers keep them. */
export async function listVersionComponents(
  db: Db | Tx,
  ids: readonly string[],
): Promise<Map<string, ComponentBody[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('commerce.planVersions')
    .select(['id', 'components'])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.id, row.components as ComponentBody[]]))
}

/** What a published listing means for one call. */
export interface Offer {
  readonly listingId: string
  readonly sellerId: string
  readonly feePpm: number
  readonly planVersionId: string
  readonly currency: string
  readonly funding: string
  readonly components: readonly PriceComponent[]
}

/** The published model listing of a resource, with the active version of its plan; null when there is none. */
export async function findOffer(db: Db, resource: string): Promise<Offer | null> {
  const row = await db
    .selectFrom('commerce.listings as l')
    .innerJoin('commerce.planVersions as v', (join) =>
      join.onRef('v.planId', '=', 'l.planId').on('v.state', '=', 'active'),
    )
    .select([
      'l.id as listingId',
      'l.sellerId',
      'l.platformFeePpm as feePpm',
      'v.id as planVersionId',
      'v.currency',
      'v.funding',
      'v.components',
    ])
    .where('l.state', '=', 'published')
    .where('l.kind', '=', 'model_access')
    .where(sql<boolean>`lower(l.resource) = lower(${resource})`)
    .executeTakeFirst()
  return row ? { ...row, components: (row.components as ComponentBody[]).map(readComponent) } : null
}
