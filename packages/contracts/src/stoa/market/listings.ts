import { z } from 'zod'
import { route } from '../../define.js'
import { accountParam, cursorText, currencyCode, instant, microsText, objectId, ppm, rateText } from './money.js'
import { planKey, planView } from './plans.js'

const MAX_PAGE = 100

export const listingKind = z.enum([
  'model_access',
  'dataset_access',
  'app',
  'compute_flavor',
  'service_offer',
  'bundle',
])
export const listingState = z.enum(['draft', 'published', 'paused', 'retired'])
export const listingSlug = z.string().regex(/^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/, 'seller/name')
const resource = z.string().regex(/^[a-z]+:[A-Za-z0-9][\w.-]{0,95}\/[\w.-]{1,96}$/, 'such as repo:acme/bert')
const title = z.string().trim().min(1).max(120)
const summaryText = z.string().trim().max(2000)

/** What a buyer pays and a seller keeps, shown before anybody buys. */
export const priceFacts = z.object({
  currency: currencyCode,
  /** Exact prices per unit; null when the plan has no token price. */
  input: rateText.nullable(),
  cachedInput: rateText.nullable(),
  output: rateText.nullable(),
  perRequest: rateText.nullable(),
  feePpm: ppm,
  /** A million input and a million output tokens. */
  example: z.object({ grossMicros: microsText, feeMicros: microsText, netMicros: microsText }),
})
export type PriceFacts = z.output<typeof priceFacts>

export const listingView = z.object({
  id: objectId,
  slug: z.string(),
  kind: listingKind,
  seller: z.string(),
  resource: z.string(),
  title: z.string(),
  summary: z.string(),
  state: listingState,
  platformFeePpm: ppm,
  plan: planView,
  price: priceFacts,
  createdAt: instant,
  updatedAt: instant,
  publishedAt: instant.nullable(),
})
export type ListingView = z.output<typeof listingView>

const listingId = z.object({ listingId: objectId })

export const listListings = route({
  id: 'market.listings.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/listings',
  summary: 'Published listings; with `seller` also the drafts of an account you belong to.',
  auth: 'optional',
  query: z.object({
    seller: accountParam.optional(),
    resource: z.string().max(200).optional(),
    kind: listingKind.optional(),
    state: listingState.optional(),
    cursor: cursorText.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  }),
  response: z.object({ listings: z.array(listingView), nextCursor: z.string().nullable() }),
  errors: ['AccountNotFound'],
})

export const getListing = route({
  id: 'market.listings.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/listings/:listingId',
  summary: 'One listing with its price, fee and an example.',
  auth: 'optional',
  params: listingId,
  response: listingView,
  errors: ['ListingNotFound'],
})

export const createListing = route({
  id: 'market.listings.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/listings',
  summary:
    'Offers something of yours under one of your plans, as a draft. Only an admin of the platform may set the fee.',
  auth: 'write',
  body: z.strictObject({
    slug: listingSlug,
    kind: listingKind.default('model_access'),
    seller: accountParam,
    resource,
    plan: planKey,
    title: title.optional(),
    summary: summaryText.optional(),
    platformFeePpm: ppm.optional(),
  }),
  response: listingView,
  errors: ['AccountNotFound', 'PlanNotFound', 'PlanUnusable', 'ListingConflict', 'Forbidden'],
})

export const updateListing = route({
  id: 'market.listings.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/market/listings/:listingId',
  summary: 'Changes text, plan or (as admin of the platform) fee. Calls under way keep the terms they started with.',
  auth: 'write',
  params: listingId,
  body: z.strictObject({
    plan: planKey.optional(),
    title: title.optional(),
    summary: summaryText.optional(),
    platformFeePpm: ppm.optional(),
  }),
  response: listingView,
  errors: ['ListingNotFound', 'PlanNotFound', 'PlanUnusable', 'Forbidden'],
})

export const changeListingState = route({
  id: 'market.listings.state',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/listings/:listingId/state',
  summary: 'Publishes, pauses or retires a listing.',
  auth: 'write',
  params: listingId,
  body: z.strictObject({ state: z.enum(['published', 'paused', 'retired']) }),
  response: listingView,
  errors: ['ListingNotFound', 'ListingState', 'ListingConflict', 'PlanUnusable', 'Forbidden'],
})
