import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { HttpScope } from '../../../kit/http/server.js'
import {
  getManagedAccount,
  getVisibleAccount,
  mapListingSlugs,
  mayManage,
  maySee,
  parseAmount,
} from '../../commerce/index.js'
import { type BudgetRow, findBudget, findWindow, listBudgets } from '../gate/budget-queries.js'
import { createBudget, removeBudget, updateBudget } from '../gate/save-budget.js'
import { budgetWindow } from '../gate/window.js'
import type { RouteDeps } from './deps.js'

export function bindBudgets(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.listBudgets, async ({ actor, query }) => {
    const account = await getVisibleAccount(deps, actor, query.account)
    const rows = await listBudgets(deps.db, account.id)
    return { budgets: await Promise.all(rows.map((row) => toView(deps, row, account.name))) }
  })

  http.bind(contracts.createBudget, async ({ actor, body }) => {
    const account = await getManagedAccount(deps, actor, body.account)
    const subjectId = readSubject(account, body)
    const input = {
      accountId: account.id,
      scope: body.scope,
      subjectId,
      period: body.period,
      currency: body.currency,
      limitMicros: parseAmount(body.limit),
      softPpm: body.softPpm,
      action: body.action,
    }
    const budget = await deps.write((tx) => createBudget(deps, tx, input))
    deps.forgetTerms()
    return toView(deps, budget, account.name)
  })

  http.bind(contracts.updateBudget, async ({ actor, params, body }) => {
    const { budget, accountName } = await getManagedBudget(deps, actor, params.budgetId)
    const change = {
      ...(body.limit === undefined ? {} : { limitMicros: parseAmount(body.limit) }),
      ...(body.softPpm === undefined ? {} : { softPpm: body.softPpm }),
      ...(body.action === undefined ? {} : { action: body.action }),
    }
    const changed = await deps.write((tx) => updateBudget(deps, tx, budget, change))
    deps.forgetTerms()
    return toView(deps, changed, accountName)
  })

  http.bind(contracts.removeBudget, async ({ actor, params }) => {
    const { budget } = await getManagedBudget(deps, actor, params.budgetId)
    await deps.write((tx) => removeBudget(deps, tx, budget))
    deps.forgetTerms()
  })
}

/** An account limits itself; keys and listings are named. Nobody limits another user: that is what an organisation's budget is for. */
function readSubject(
  account: { id: string; type: 'user' | 'org' },
  body: { scope: string; subjectId?: string | undefined },
): string {
  if (body.scope === 'key' || body.scope === 'listing') {
    if (body.subjectId === undefined) throw refuse('InvalidRequest', 'Name the access token or listing in subjectId.')
    return body.subjectId
  }
  if (body.scope !== account.type)
    throw refuse('InvalidRequest', `This account is a ${account.type}; use the scope ${account.type}.`)
  if (body.subjectId !== undefined && body.subjectId !== account.id)
    throw refuse('InvalidRequest', 'An account limits itself.')
  return account.id
}

async function getManagedBudget(
  deps: RouteDeps,
  actor: UserActor,
  id: string,
): Promise<{ budget: BudgetRow; accountName: string }> {
  const budget = await findBudget(deps.db, id)
  if (!budget) throw refuse('BudgetNotFound')
  const account = await deps.accounts.getAccount(deps.db, budget.accountId)
  if (!maySee(actor, account)) throw refuse('BudgetNotFound')
  if (!mayManage(actor, account)) throw refuse('Forbidden', 'Only an admin of this account may change its budgets.')
  return { budget, accountName: account.name }
}

async function toView(deps: RouteDeps, row: BudgetRow, account: string): Promise<contracts.BudgetView> {
  const { startsAt, endsAt } = budgetWindow(row.period, deps.clock.now())
  const window = await findWindow(deps.db, row.id, startsAt)
  const slugs = row.scope === 'listing' ? await mapListingSlugs(deps.db, [row.subjectId]) : null
  return {
    id: row.id,
    account,
    scope: row.scope as contracts.BudgetView['scope'],
    subjectId: row.subjectId,
    label: slugs?.get(row.subjectId) ?? (row.scope === 'key' ? row.subjectId : account),
    period: row.period,
    currency: row.currency,
    limitMicros: `${row.limitMicros}`,
    softPpm: row.softPpm,
    action: row.action as contracts.BudgetView['action'],
    usedMicros: `${window?.usedMicros ?? 0n}`,
    heldMicros: `${window?.leasedMicros ?? 0n}`,
    startsAt: startsAt.toISOString(),
    resetsAt: row.period === 'total' ? null : endsAt.toISOString(),
  }
}
