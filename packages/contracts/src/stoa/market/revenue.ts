import { z } from 'zod'
import { route } from '../../define.js'
import { accountParam, currencyCode, instant, microsText, objectId, ppm, quantityText } from './money.js'

const MAX_ROWS = 2000

const sums = { calls: quantityText, grossMicros: microsText, feeMicros: microsText, netMicros: microsText }
export const revenueRow = z.object({ key: z.string(), label: z.string(), ...sums })
export type RevenueRow = z.output<typeof revenueRow>

const span = { from: instant.optional(), to: instant.optional(), listingId: objectId.optional() }

export const getRevenue = route({
  id: 'market.revenue.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/revenue',
  summary:
    'What a seller earned: gross, platform fee, net (by default: 30 days). Without an account: all sellers, for admins.',
  auth: 'user',
  query: z.object({
    account: accountParam.optional(),
    ...span,
    groupBy: z.enum(['hour', 'day', 'month', 'listing', 'seller']).default('day'),
    currency: currencyCode.default('USD'),
  }),
  response: z.object({
    account: z.string().nullable(),
    currency: currencyCode,
    from: instant,
    to: instant,
    rows: z.array(revenueRow).max(MAX_ROWS),
    total: z.object(sums),
    /** What stands on the seller's ledger account: earned and not yet paid out. Null without an account. */
    payableMicros: microsText.nullable(),
    ledgerAccountId: z.string().nullable(),
  }),
  errors: ['AccountNotFound', 'Forbidden'],
})

/** What one fold of the journal drew for one listing and hour; `groupId` opens the ledger transfers. */
export const saleView = z.object({
  foldId: objectId,
  groupId: z.string(),
  hour: instant,
  foldedAt: instant,
  listingId: objectId,
  slug: z.string(),
  planVersionId: objectId,
  feePpm: ppm,
  ...sums,
  journal: z.object({
    journalId: z.string(),
    segment: z.int(),
    fromOffsetBytes: z.int(),
    toOffsetBytes: z.int(),
  }),
})
export type SaleView = z.output<typeof saleView>

export const listSales = route({
  id: 'market.revenue.sales',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/revenue/sales',
  summary: 'The folds behind a figure of the revenue page, newest first.',
  auth: 'user',
  query: z.object({
    account: accountParam,
    ...span,
    currency: currencyCode.default('USD'),
    cursor: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({ sales: z.array(saleView), nextCursor: z.string().nullable() }),
  errors: ['AccountNotFound'],
})
