import { z } from 'zod'
import { route } from '../../define.js'
import { accountParam, amountText, currencyCode, instant, microsText, objectId, ppm } from './money.js'

export const budgetScope = z.enum(['org', 'user', 'key', 'listing'])
export const budgetPeriod = z.enum(['day', 'week', 'month', 'total'])
export const budgetAction = z.enum(['notify', 'throttle', 'block'])
export const softThresholds = z.array(ppm).max(10)

export const budgetView = z.object({
  id: objectId,
  account: z.string(),
  scope: budgetScope,
  /** Id of the user, organisation, access token or listing that is held. */
  subjectId: objectId,
  label: z.string(),
  period: budgetPeriod,
  currency: currencyCode,
  limitMicros: microsText,
  softPpm: softThresholds,
  action: budgetAction,
  usedMicros: microsText,
  heldMicros: microsText,
  startsAt: instant,
  /** When the window ends; null for `total`. */
  resetsAt: instant.nullable(),
})
export type BudgetView = z.output<typeof budgetView>

const budgetId = z.object({ budgetId: objectId })

export const listBudgets = route({
  id: 'market.budgets.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/budgets',
  summary: 'Budgets of an account with what is used and held in their current windows.',
  auth: 'user',
  query: z.object({ account: accountParam }),
  response: z.object({ budgets: z.array(budgetView) }),
  errors: ['AccountNotFound'],
})

export const createBudget = route({
  id: 'market.budgets.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/budgets',
  summary: 'Limits an organisation, user, access token or listing. All matching budgets hold together.',
  auth: 'write',
  body: z.strictObject({
    account: accountParam,
    scope: budgetScope,
    /** Default for `user` and `org`: the account itself. */
    subjectId: objectId.optional(),
    period: budgetPeriod,
    currency: currencyCode,
    limit: amountText,
    softPpm: softThresholds.default([]),
    action: budgetAction.default('block'),
  }),
  response: budgetView,
  errors: ['AccountNotFound', 'BudgetConflict', 'InvalidAmount', 'Forbidden'],
})

export const updateBudget = route({
  id: 'market.budgets.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/market/budgets/:budgetId',
  summary: 'Changes limit, thresholds or action.',
  auth: 'write',
  params: budgetId,
  body: z.strictObject({
    limit: amountText.optional(),
    softPpm: softThresholds.optional(),
    action: budgetAction.optional(),
  }),
  response: budgetView,
  errors: ['BudgetNotFound', 'InvalidAmount', 'Forbidden'],
})

export const removeBudget = route({
  id: 'market.budgets.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/market/budgets/:budgetId',
  summary: 'Ends a budget; its history stays.',
  auth: 'write',
  params: budgetId,
  errors: ['BudgetNotFound', 'Forbidden'],
})
