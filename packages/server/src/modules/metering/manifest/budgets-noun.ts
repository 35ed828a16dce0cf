import { amountText, budgetAction, budgetPeriod, currencyCode, softThresholds } from '@stoa/contracts'
import { z } from 'zod'
import type { Db, Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { type BudgetRow, findBudgetOf, listBudgets } from '../gate/budget-queries.js'
import { createBudget, removeBudget, updateBudget } from '../gate/save-budget.js'
import { formatMicros, namesOf, parseAmount } from '../../commerce/index.js'
import type { Account } from '../../accounts/index.js'
import type { MeteringDeps } from '../deps.js'

const budget = z.strictObject({
  scope: z.enum(['user', 'org']),
  name: z.string().min(1).max(96),
  period: budgetPeriod,
  limit: amountText,
  currency: currencyCode,
  softPpm: softThresholds.optional(),
  action: budgetAction.default('block'),
})
export type BudgetItem = z.output<typeof budget>

type NounDeps = MeteringDeps & {
  /** Limits changed in this process: the next call asks again. */
  forgetTerms(): void
}

/** `budgets:` of a manifest: limits of users and organisations. Those of access tokens and listings are set on their pages. */
export function createBudgetsNoun(deps: NounDeps): ManifestNoun<BudgetItem> {
  return {
    key: 'budgets',
    identity: ['scope', 'name', 'period', 'currency'],
    schema: budget,
    apply: (tx, item, context) => applyBudget(deps, tx, item, context),
    remove: async (tx, item, context) => {
      const before = await findBefore(deps, tx, item)
      if (!before) return null
      await removeBudget(deps, tx, before)
      context.afterCommit(deps.forgetTerms)
      return { kind: 'remove', subject: `budget ${item.scope} ${item.name} ${item.period}`, text: '' }
    },
    export: (db) => exportBudgets(deps, db),
  }
}

async function findBefore(deps: NounDeps, tx: Tx, item: BudgetItem): Promise<BudgetRow | null> {
  const account = await findOwner(deps, tx, item.name)
  if (account.type !== item.scope) throw itemProblem(['scope'], `${account.name} is a ${account.type}`)
  const { scope, period, currency } = item
  return findBudgetOf(tx, { accountId: account.id, subjectId: account.id, scope, period, currency })
}

async function applyBudget(deps: NounDeps, tx: Tx, item: BudgetItem, context: ManifestContext): Promise<Change | null> {
  const before = await findBefore(deps, tx, item)
  const { scope, name, period, currency, action } = item
  const limitMicros = parseAmount(item.limit)
  const subject = `budget ${scope} ${name} ${period}`
  context.afterCommit(deps.forgetTerms)
  if (!before) {
    const account = await findOwner(deps, tx, name)
    const softPpm = item.softPpm ?? []
    await createBudget(deps, tx, {
      accountId: account.id,
      scope,
      subjectId: account.id,
      period,
      currency,
      limitMicros,
      softPpm,
      action,
    })
    return { kind: 'create', subject, text: `${item.limit} ${currency}` }
  }
  const softPpm = item.softPpm ?? before.softPpm
  const text = describeDifference(
    { limit: formatMicros(before.limitMicros), softPpm: before.softPpm, action: before.action },
    { limit: formatMicros(limitMicros), softPpm, action },
  )
  if (text === '') return null
  await updateBudget(deps, tx, before, { limitMicros, softPpm, action })
  return { kind: 'update', subject, text }
}

async function findOwner(deps: NounDeps, tx: Tx, name: string): Promise<Account> {
  const account = await deps.accounts.findAccount(tx, name)
  if (!account) throw itemProblem(['name'], `there is no account ${name}`)
  return account
}

async function exportBudgets(deps: NounDeps, db: Db): Promise<BudgetItem[]> {
  const rows = (await listBudgets(db, null)).filter((row) => row.scope === 'user' || row.scope === 'org')
  const nameOf = await namesOf(
    { ...deps, db },
    rows.map((row) => row.subjectId),
  )
  return rows.map((row) => ({
    scope: row.scope as BudgetItem['scope'],
    name: nameOf(row.subjectId),
    period: row.period,
    limit: formatMicros(row.limitMicros),
    currency: row.currency,
    softPpm: row.softPpm,
    action: row.action as BudgetItem['action'],
  }))
}
