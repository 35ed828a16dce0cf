import { refuse } from '@stoa/contracts'
import type { AuditEntry } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import type { MeteringDeps } from '../deps.js'
import { announceLimits } from '../events.js'
import {
  type BudgetRow,
  findBudgetOf,
  insertBudget,
  insertWindow,
  sumCharged,
  updateBudget as updateBudgetRow,
} from './budget-queries.js'
import { budgetWindow } from './window.js'

type BudgetDeps = Pick<MeteringDeps, 'audit' | 'clock' | 'ids' | 'events'>

export type NewBudget = Omit<BudgetRow, 'id' | 'createdAt' | 'updatedAt'>

/** Makes a budget; its first window starts with what was charged in it already. Throws `BudgetConflict`. */
export async function createBudget(deps: BudgetDeps, tx: Tx, input: NewBudget): Promise<BudgetRow> {
  if (await findBudgetOf(tx, input)) throw refuse('BudgetConflict')
  const now = deps.clock.now()
  const budget = { ...input, id: deps.ids.next(), createdAt: now, updatedAt: now }
  await insertBudget(tx, budget)
  const { startsAt, endsAt } = budgetWindow(input.period, now)
  await insertWindow(tx, { budgetId: budget.id, startsAt, endsAt, usedMicros: await sumCharged(tx, input, startsAt) })
  await announceLimits(deps, tx)
  await recordBudget(deps, tx, budget, { action: 'billing.budget.create', after: factsOf(budget) })
  return budget
}

/** Changes a budget. A limit below what is used or held admits nothing more until the window ends. */
export async function updateBudget(
  deps: BudgetDeps,
  tx: Tx,
  budget: BudgetRow,
  change: Partial<Pick<BudgetRow, 'limitMicros' | 'softPpm' | 'action'>>,
): Promise<BudgetRow> {
  const updatedAt = deps.clock.now()
  await updateBudgetRow(tx, budget.id, { ...change, updatedAt })
  await announceLimits(deps, tx)
  const facts = { before: factsOf(budget), after: factsOf({ ...budget, ...change }) }
  await recordBudget(deps, tx, budget, { action: 'billing.budget.update', ...facts })
  return { ...budget, ...change, updatedAt }
}

/** Ends a budget; its windows stay as history. */
export async function removeBudget(deps: BudgetDeps, tx: Tx, budget: BudgetRow): Promise<void> {
  const now = deps.clock.now()
  await updateBudgetRow(tx, budget.id, { updatedAt: now, removedAt: now })
  await announceLimits(deps, tx)
  await recordBudget(deps, tx, budget, { action: 'billing.budget.delete', before: factsOf(budget) })
}

async function recordBudget(
  deps: BudgetDeps,
  tx: Tx,
  budget: BudgetRow,
  change: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  await deps.audit.record(tx, { ...change, chain: budget.accountId, target: { type: 'budget', id: budget.id } })
}

function factsOf({ scope, subjectId, period, currency, limitMicros, softPpm, action }: BudgetRow) {
  return { scope, subjectId, period, currency, limitMicros, softPpm, action }
}
