import { z } from 'zod'
import { route } from '../../define.js'
import { accountParam, currencyCode, instant, microsText, objectId, quantityText } from './money.js'

/** Most rows of one usage answer; narrow the time span for more. */
const MAX_ROWS = 2000
const MAX_CALLS = 500

const counts = {
  calls: quantityText,
  inputTokens: quantityText,
  cachedInputTokens: quantityText,
  outputTokens: quantityText,
}

/** One group. `key` is an id, a resource or an instant, as `groupBy` says; `label` is for people. */
export const usageRow = z.object({
  key: z.string(),
  label: z.string(),
  ...counts,
  chargedMicros: microsText,
})
export type UsageRow = z.output<typeof usageRow>

const usageFilter = {
  account: accountParam,
  from: instant.optional(),
  to: instant.optional(),
  resource: z.string().max(200).optional(),
  tokenId: objectId.optional(),
  userId: objectId.optional(),
  listingId: objectId.optional(),
}

export const getUsage = route({
  id: 'market.usage.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/usage',
  summary: 'What an account used and was charged (by default: 30 days), grouped. Free calls count with 0 micros.',
  auth: 'user',
  query: z.object({
    ...usageFilter,
    groupBy: z.enum(['hour', 'day', 'month', 'resource', 'token', 'user', 'listing']).default('day'),
    currency: currencyCode.default('USD'),
  }),
  response: z.object({
    account: z.string(),
    currency: currencyCode,
    from: instant,
    to: instant,
    rows: z.array(usageRow).max(MAX_ROWS),
    total: z.object({ ...counts, chargedMicros: microsText }),
  }),
  errors: ['AccountNotFound', 'InvalidRequest'],
})

/** One recorded call and where its record lies. */
export const callView = z.object({
  requestId: z.string(),
  at: instant,
  resource: z.string(),
  userId: z.string(),
  tokenId: z.string().nullable(),
  listingId: z.string().nullable(),
  planVersionId: z.string().nullable(),
  inputTokens: quantityText,
  cachedInputTokens: quantityText,
  outputTokens: quantityText,
  latencyMs: z.int(),
  /** This call rated alone; the hour's charge is rated on the running total, so it may differ by rounding. */
  costMicros: microsText,
  journal: z.object({ journalId: z.string(), segment: z.int(), offsetBytes: z.int() }),
})
export type CallView = z.output<typeof callView>

export const listCalls = route({
  id: 'market.usage.calls',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/usage/calls',
  summary: 'The calls behind an hour, read from the journal.',
  auth: 'user',
  query: z.object({
    ...usageFilter,
    /** Start of the hour (UTC). */
    hour: instant,
    limit: z.coerce.number().int().min(1).max(MAX_CALLS).default(100),
    cursor: z.string().max(200).optional(),
  }),
  response: z.object({ calls: z.array(callView), nextCursor: z.string().nullable() }),
  errors: ['AccountNotFound'],
})

const statementLine = z.object({
  listingId: objectId,
  slug: z.string(),
  planVersionId: objectId,
  component: z.int(),
  meter: z.string(),
  quantity: quantityText,
  rate: z.string(),
  micros: microsText,
})

/** A month of one wallet: opening + paid in − usage − other = closing, all to the micro. */
export const statementView = z.object({
  account: z.string(),
  currency: currencyCode,
  month: z.string(),
  openingMicros: microsText,
  paidInMicros: microsText,
  usageMicros: microsText,
  otherMicros: microsText,
  closingMicros: microsText,
  /** Rated totals of the month; more than `usageMicros` while a last part is not drawn yet. */
  lines: z.array(statementLine),
  days: z.array(usageRow),
})
export type StatementView = z.output<typeof statementView>

export const getStatement = route({
  id: 'market.statements.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/statements/:account',
  summary: 'The statement of one month (by default: this one).',
  auth: 'user',
  params: z.object({ account: accountParam }),
  query: z.object({
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
      .optional(),
    currency: currencyCode.default('USD'),
  }),
  response: statementView,
  errors: ['AccountNotFound'],
})
