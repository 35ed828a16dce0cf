import { z } from 'zod'
import { route } from '../../define.js'
import {
  accountParam,
  amountText,
  currencyCode,
  instant,
  microsText,
  objectId,
  ppm,
  quantityText,
  rateText,
} from './money.js'

const MAX_COMPONENTS = 20
const MAX_TIERS = 50
const meterName = z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/)

const terms = {
  /** Units that cost nothing in each period. */
  included: quantityText.optional(),
  discountPpm: ppm.optional(),
  cap: amountText.optional(),
}
const tier = z.strictObject({ upTo: quantityText.nullable(), rate: rateText, flat: amountText.optional() })
const tiers = z.array(tier).min(1).max(MAX_TIERS)

export const tokenRates = z.strictObject({
  input: rateText,
  cachedInput: rateText.optional(),
  output: rateText,
  reasoning: rateText.optional(),
  perImage: rateText.optional(),
  perRequest: rateText.optional(),
})

/** One part of a price (market.md §4). Amounts and rates are exact decimal strings of the major unit. */
export const componentBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tokens'), rates: tokenRates, ...terms }),
  z.strictObject({ kind: z.literal('per_unit'), meter: meterName, rate: rateText, ...terms }),
  z.strictObject({ kind: z.literal('graduated'), meter: meterName, tiers, ...terms }),
  z.strictObject({ kind: z.literal('volume'), meter: meterName, tiers, ...terms }),
  z.strictObject({ kind: z.literal('package'), meter: meterName, size: quantityText, price: amountText, ...terms }),
  z.strictObject({ kind: z.literal('flat'), amount: amountText, ...terms }),
  z.strictObject({ kind: z.literal('one_off'), amount: amountText, ...terms }),
  z.strictObject({ kind: z.literal('seat'), amount: amountText, ...terms }),
  z.strictObject({
    kind: z.literal('compute'),
    rate: rateText,
    granularityMs: quantityText,
    minimumMs: quantityText.optional(),
    ...terms,
  }),
  z.strictObject({
    kind: z.literal('storage'),
    perGbMonth: amountText,
    includedGb: quantityText.optional(),
    packageGb: quantityText.optional(),
    ...terms,
  }),
  z.strictObject({ kind: z.literal('egress'), rate: rateText, ...terms }),
])
export type ComponentBody = z.output<typeof componentBody>

export const planFields = {
  currency: currencyCode,
  interval: z.enum(['month', 'year', 'custom']).default('month'),
  funding: z.enum(['prepaid', 'arrears', 'prepaid_then_arrears']),
  components: z.array(componentBody).min(1).max(MAX_COMPONENTS),
}
export const planKey = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dot, dash')

export const planView = z.object({
  id: objectId,
  key: z.string(),
  owner: z.string(),
  versionId: objectId,
  version: z.int(),
  state: z.enum(['active', 'archived']),
  currency: currencyCode,
  interval: z.enum(['month', 'year', 'custom']),
  funding: z.enum(['prepaid', 'arrears', 'prepaid_then_arrears']),
  components: z.array(componentBody),
  createdAt: instant,
})
export type PlanView = z.output<typeof planView>

const planId = z.object({ planId: objectId })

export const listPlans = route({
  id: 'market.plans.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/plans',
  summary: 'Active plans of an account you may manage.',
  auth: 'user',
  query: z.object({ owner: accountParam }),
  response: z.object({ plans: z.array(planView) }),
  errors: ['AccountNotFound'],
})

export const createPlan = route({
  id: 'market.plans.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/plans',
  summary: 'Makes a plan with its first version.',
  auth: 'write',
  body: z.strictObject({ owner: accountParam, key: planKey, ...planFields }),
  response: planView,
  errors: ['AccountNotFound', 'PlanConflict', 'PlanUnusable', 'InvalidAmount', 'Forbidden'],
})

export const getPlan = route({
  id: 'market.plans.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/plans/:planId',
  summary: 'A plan and every version it had, newest first.',
  auth: 'user',
  params: planId,
  response: z.object({ plan: planView, versions: z.array(planView) }),
  errors: ['PlanNotFound'],
})

export const createPlanVersion = route({
  id: 'market.plans.version',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/plans/:planId/versions',
  summary:
    'Makes a new version and archives the old one; calls from now on are priced by it. Equal content changes nothing.',
  auth: 'write',
  params: planId,
  body: z.strictObject(planFields),
  response: planView,
  errors: ['PlanNotFound', 'PlanUnusable', 'InvalidAmount', 'Forbidden'],
})

export const simulatePlan = route({
  id: 'market.plans.simulate',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/plans/:planId/simulate',
  summary: 'What a month of this usage would cost, line by line.',
  auth: 'user',
  params: planId,
  body: z.strictObject({
    inputTokens: quantityText.default('0'),
    cachedInputTokens: quantityText.default('0'),
    outputTokens: quantityText.default('0'),
    requests: quantityText.default('0'),
  }),
  response: z.object({
    currency: currencyCode,
    lines: z.array(z.object({ component: z.int(), meter: z.string(), quantity: quantityText, micros: microsText })),
    totalMicros: microsText,
  }),
  errors: ['PlanNotFound', 'PlanUnusable'],
})
