import type { Tx } from '../../../kit/db/database.js'
import {
  availableMicros,
  ensureLedgerAccounts,
  findLedgerAccount,
  ledgerAccount,
  type LedgerAccountSpec,
  lockBalances,
} from '../../commerce/index.js'
import type { MeteringDeps } from '../deps.js'
import {
  advanceWindows,
  ensureWindow,
  findWindowRemaining,
  leaseFromWindow,
  type LeaseRow,
  lockLeases,
  lockWindowRemaining,
  upsertLeases,
} from './queries.js'
import { applyResize, resizeLease } from './resize-lease.js'
import type { Scope } from './scope.js'
import { NO_END } from './window.js'

/** Decides how much to take once the remainder is known; called inside the transaction, so it must not wait. */
export type Plan = (remaining: bigint) => bigint

export interface LeaseDeps extends Pick<MeteringDeps, 'write' | 'clock' | 'ids' | 'db'> {
  readonly journalId: string
}

/** Takes a lease from the limit behind a scope in one transaction. Resolves with what was taken and what is left. */
export function takeLease(deps: LeaseDeps, scope: Scope, plan: Plan): Promise<{ taken: bigint; left: bigint }> {
  return deps.write((tx) =>
    scope.kind === 'wallet' ? takeFromWallet(deps, tx, scope, plan) : takeFromBudget(deps, tx, scope, plan),
  )
}

/** Gives an unused part of a lease back. */
export async function returnLease(deps: LeaseDeps, scope: Scope, micros: bigint): Promise<void> {
  await deps.write(async (tx) => {
    const lease = await lockLease(deps, tx, scope)
    const rest = lease.amountMicros > micros ? lease.amountMicros - micros : 0n
    if (scope.kind === 'wallet') return setWalletLease(deps, tx, lease, rest)
    await upsertLeases(tx, [{ ...lease, amountMicros: rest }], deps.clock.now())
    const unleased = lease.amountMicros - rest
    await advanceWindows(tx, [{ budgetId: scope.subjectId, startsAt: lease.windowStart, unleased, used: 0n }])
  })
}

/** What the limit behind a scope would still give, besides what this process holds. */
export async function readRemaining(deps: LeaseDeps, scope: Scope): Promise<bigint> {
  if (scope.kind === 'wallet') {
    const balance = await findLedgerAccount(deps.db, scope.subjectId)
    return balance ? availableMicros(balance) : 0n
  }
  return findWindowRemaining(deps.db, scope.subjectId, new Date(scope.windowStartMs))
}

/** The clearing account of one process in one currency: its own, so that processes do not queue for one row. */
export function clearingAccount(journalId: string, walletId: string): LedgerAccountSpec {
  return ledgerAccount('leases', journalId, walletId.slice(-3))
}

async function takeFromWallet(
  deps: LeaseDeps,
  tx: Tx,
  scope: Scope,
  plan: Plan,
): Promise<{ taken: bigint; left: bigint }> {
  const clearing = clearingAccount(deps.journalId, scope.subjectId)
  const lease = await lockLease(deps, tx, scope)
  await ensureLedgerAccounts(tx, [clearing], deps.clock.now())
  const balances = await lockBalances(tx, [scope.subjectId, clearing.id])
  const wallet = balances.get(scope.subjectId)
  const remaining = wallet ? availableMicros(wallet) : 0n
  const taken = plan(remaining)
  if (taken > 0n) {
    const { row, transfers } = resizeLease(lease, lease.amountMicros + taken, clearing, deps.ids.next())
    const at = deps.clock.now()
    await applyResize(tx, transfers, at, balances)
    await upsertLeases(tx, [row], at)
  }
  return { taken, left: remaining - taken }
}

async function setWalletLease(deps: LeaseDeps, tx: Tx, lease: LeaseRow, amount: bigint): Promise<void> {
  const clearing = clearingAccount(deps.journalId, lease.subjectId)
  const balances = await lockBalances(tx, [lease.subjectId, clearing.id])
  const { row, transfers } = resizeLease(lease, amount, clearing, deps.ids.next())
  const at = deps.clock.now()
  await applyResize(tx, transfers, at, balances)
  await upsertLeases(tx, [row], at)
}

async function takeFromBudget(
  deps: LeaseDeps,
  tx: Tx,
  scope: Scope,
  plan: Plan,
): Promise<{ taken: bigint; left: bigint }> {
  const lease = await lockLease(deps, tx, scope)
  await ensureWindow(tx, windowOf(scope))
  const remaining = (await lockWindowRemaining(tx, scope.subjectId, lease.windowStart)) ?? 0n
  const taken = plan(remaining)
  if (taken > 0n) {
    if (!(await leaseFromWindow(tx, scope.subjectId, lease.windowStart, taken)))
      throw new Error('a budget window moved under its lock')
    await upsertLeases(tx, [{ ...lease, amountMicros: lease.amountMicros + taken }], deps.clock.now())
  }
  return { taken, left: remaining - taken }
}

async function lockLease(deps: LeaseDeps, tx: Tx, scope: Scope): Promise<LeaseRow> {
  const key = {
    journalId: deps.journalId,
    scope: scope.kind,
    subjectId: scope.subjectId,
    windowStart: new Date(scope.windowStartMs),
  }
  const [row] = await lockLeases(tx, deps.journalId, [key])
  return row ?? { ...key, amountMicros: 0n, pendingId: null }
}

function windowOf(scope: Scope): { budgetId: string; startsAt: Date; endsAt: Date } {
  return { budgetId: scope.subjectId, startsAt: new Date(scope.windowStartMs), endsAt: scope.resetsAt ?? NO_END }
}
