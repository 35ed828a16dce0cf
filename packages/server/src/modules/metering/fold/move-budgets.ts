import type { Tx } from '../../../kit/db/database.js'
import { SOFT_LIMIT_REACHED } from '../events.js'
import { advanceWindows, ensureWindow, type LeaseRow, setNotified, upsertLeases } from '../gate/queries.js'
import { scopeKey } from '../gate/scope.js'
import { type BudgetPeriod, budgetWindow } from '../gate/window.js'
import type { Charge, FoldDeps, LeaseBound } from './charge.js'

/** Windows move with the money: what was leased comes back, what was charged is used. */
export async function moveBudgets(
  deps: FoldDeps,
  tx: Tx,
  { priced, fold }: Charge,
  state: {
    leases: readonly LeaseRow[]
    bounds: ReadonlyMap<string, LeaseBound>
    periods: ReadonlyMap<string, BudgetPeriod>
  },
): Promise<void> {
  const windows = new Map<string, { budgetId: string; startsAt: Date; unleased: bigint; used: bigint }>()
  for (const { group, chargedMicros } of priced) {
    for (const budgetId of [...group.subject.budgetIds, ...group.subject.watchIds]) {
      const period = state.periods.get(budgetId)
      if (!period) continue
      const { startsAt, endsAt } = budgetWindow(period, new Date(group.hourMs))
      const key = scopeKey('budget', budgetId, startsAt.getTime())
      if (!windows.has(key)) {
        windows.set(key, { budgetId, startsAt, unleased: 0n, used: 0n })
        await ensureWindow(tx, { budgetId, startsAt, endsAt })
      }
      const window = windows.get(key)
      if (window) window.used += chargedMicros
    }
  }
  const budgetLeases = state.leases.filter((lease) => lease.scope === 'budget')
  const lowered = budgetLeases.map((lease) => {
    const key = scopeKey('budget', lease.subjectId, lease.windowStart.getTime())
    const micros = state.bounds.get(key)?.micros ?? 0n
    const rest = lease.amountMicros > micros ? lease.amountMicros - micros : 0n
    const window = windows.get(key)
    if (window) window.unleased = lease.amountMicros - rest
    return { ...lease, amountMicros: rest }
  })
  await upsertLeases(tx, lowered, fold.at)
  for (const moved of await advanceWindows(tx, [...windows.values()])) await announceThreshold(deps, tx, moved)
}

type MovedWindow = Awaited<ReturnType<typeof advanceWindows>>[number]

/** Soft limits are announced once per threshold and window (I12). */
async function announceThreshold(deps: FoldDeps, tx: Tx, window: MovedWindow): Promise<void> {
  const reached = window.softPpm.filter(
    (ppm) => ppm > window.notifiedPpm && window.usedMicros * 1_000_000n >= window.limitMicros * BigInt(ppm),
  )
  if (reached.length === 0) return
  const highest = Math.max(...reached)
  await setNotified(tx, window.budgetId, window.startsAt, highest)
  await deps.events.emit(tx, SOFT_LIMIT_REACHED, {
    budgetId: window.budgetId,
    startsAt: window.startsAt.toISOString(),
    ppm: highest,
    usedMicros: window.usedMicros.toString(),
    limitMicros: window.limitMicros.toString(),
  })
}
