import type { Tx } from '../../../kit/db/database.js'
import type { MeteringDeps } from '../deps.js'
import type { LeaseKey } from '../gate/queries.js'
import { scopeKey } from '../gate/scope.js'
import { type BudgetPeriod, budgetWindow } from '../gate/window.js'
import { type CallLine, ledgerAccount } from '../../commerce/index.js'
import type { PricedGroup } from './price-fold.js'

export interface FoldDeps extends Pick<MeteringDeps, 'write' | 'clock' | 'ids' | 'events'> {
  linesOf(tx: Tx, planVersionIds: readonly string[]): Promise<(planVersionId: string) => readonly CallLine[]>
}

/** What one fold charges: the priced groups of a stretch. */
export interface Charge {
  readonly journalId: string
  readonly fold: { readonly id: string; readonly at: Date }
  readonly priced: readonly PricedGroup[]
}

/** What the calls of a fold took from one lease. */
export interface LeaseBound {
  readonly key: LeaseKey
  micros: bigint
}

/** What the calls took from each lease. */
export function sumBounds(
  journalId: string,
  priced: readonly PricedGroup[],
  periods: ReadonlyMap<string, BudgetPeriod>,
): Map<string, LeaseBound> {
  const bounds = new Map<string, LeaseBound>()
  const add = (scope: LeaseKey['scope'], subjectId: string, windowStart: Date, micros: bigint): void => {
    const id = scopeKey(scope, subjectId, windowStart.getTime())
    const known = bounds.get(id)
    if (known) known.micros += micros
    else bounds.set(id, { key: { journalId, scope, subjectId, windowStart }, micros })
  }
  for (const { group } of priced) {
    const { payerId, currency, budgetIds } = group.subject
    add('wallet', ledgerAccount('wallet', payerId, currency ?? '').id, new Date(0), group.boundMicros)
    for (const id of budgetIds) {
      const period = periods.get(id)
      if (period) add('budget', id, budgetWindow(period, new Date(group.hourMs)).startsAt, group.boundMicros)
    }
  }
  return bounds
}
