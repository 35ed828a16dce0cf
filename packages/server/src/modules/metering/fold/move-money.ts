import { groupBy } from '../../../kit/group-by.js'
import { clearingAccount } from '../gate/lease.js'
import { type LeaseRow, upsertLeases } from '../gate/queries.js'
import { resizeLease } from '../gate/resize-lease.js'
import { scopeKey } from '../gate/scope.js'
import {
  applyLocked,
  availableMicros,
  ensureLedgerAccounts,
  ledgerAccount,
  type LedgerAccountSpec,
  lockBalances,
  splitByWeights,
  type Transfer,
  transferId,
} from '../../commerce/index.js'
import type { Tx } from '../../../kit/db/database.js'
import type { Charge, FoldDeps, LeaseBound } from './charge.js'
import { type Draw, drawGroups, type DrawStep, type PricedGroup } from './price-fold.js'
import type { SaleRow } from './queries.js'

/** The platform's share of sales (R1 of rows.md: fees are postings like any other). */
export const FEE_ACCOUNT_OWNER = 'platform_fees'
export const USAGE_CODE = 'usage'
export const FEE_CODE = 'usage.fee'

/** Leases down by what was taken, wallets down by what is due, payables and fees up: one transfer group per fold. */
export async function moveMoney(
  deps: FoldDeps,
  tx: Tx,
  { journalId, fold, priced }: Charge,
  state: { leases: readonly LeaseRow[]; bounds: ReadonlyMap<string, LeaseBound>; draws: Map<string, Draw> },
): Promise<DrawStep[]> {
  const walletLeases = state.leases.filter((lease) => lease.scope === 'wallet')
  const resized = walletLeases.map((lease) => {
    const micros = state.bounds.get(scopeKey('wallet', lease.subjectId, 0))?.micros ?? 0n
    const rest = lease.amountMicros > micros ? lease.amountMicros - micros : 0n
    return {
      ...resizeLease(lease, rest, clearingAccount(journalId, lease.subjectId), deps.ids.next()),
      freed: lease.amountMicros - rest,
    }
  })
  const accounts = accountsOf(journalId, priced)
  await ensureLedgerAccounts(tx, accounts, fold.at)
  const balances = await lockBalances(
    tx,
    accounts.map((account) => account.id),
  )
  const available = new Map([...balances].map(([id, balance]) => [id, availableMicros(balance)]))
  for (const { row, freed } of resized) available.set(row.subjectId, (available.get(row.subjectId) ?? 0n) + freed)
  const walletOf = (draw: Draw): string => ledgerAccount('wallet', draw.payerId, draw.currency).id
  const steps = drawGroups(priced, state.draws, available, walletOf)
  const transfers = [
    ...resized.flatMap(({ transfers: own }) => own.filter((transfer) => transfer.kind === 'void')),
    ...steps.flatMap((step) => toTransfers(step, fold.id)),
    ...resized.flatMap(({ transfers: own }) => own.filter((transfer) => transfer.kind === 'pending')),
  ]
  if (transfers.length > 0)
    await applyLocked(tx, { id: groupId(fold.id), at: fold.at, accounts: [], transfers }, balances)
  await upsertLeases(
    tx,
    resized.map(({ row }) => row),
    fold.at,
  )
  return steps
}

function toTransfers({ draw, netMicros, feeMicros }: DrawStep, id: string): Transfer[] {
  const wallet = ledgerAccount('wallet', draw.payerId, draw.currency).id
  const fact = [id, draw.payerId, draw.listingId, draw.planVersionId, draw.periodStart.toISOString(), draw.feePpm]
  const posted = { kind: 'posted' as const, debitId: wallet, pendingId: null, ref: draw.listingId }
  const payable = ledgerAccount('payable', draw.sellerId, draw.currency).id
  const fees = ledgerAccount('revenue', FEE_ACCOUNT_OWNER, draw.currency).id
  const both: Transfer[] = [
    { ...posted, id: transferId('usage.net', ...fact), creditId: payable, amountMicros: netMicros, code: USAGE_CODE },
    { ...posted, id: transferId('usage.fee', ...fact), creditId: fees, amountMicros: feeMicros, code: FEE_CODE },
  ]
  return both.filter((transfer) => transfer.amountMicros > 0n)
}

function accountsOf(journalId: string, priced: readonly PricedGroup[]): LedgerAccountSpec[] {
  const specs = priced.flatMap(({ group: { subject } }) => {
    const currency = subject.currency ?? ''
    const wallet = ledgerAccount('wallet', subject.payerId, currency)
    return [
      wallet,
      clearingAccount(journalId, wallet.id),
      ledgerAccount('payable', subject.sellerId ?? '', currency),
      ledgerAccount('revenue', FEE_ACCOUNT_OWNER, currency),
    ]
  })
  return [...new Map(specs.map((spec) => [spec.id, spec])).values()]
}

export function toSales(step: DrawStep, id: string): SaleRow[] {
  const hours = [...groupBy(step.groups, (one) => String(one.group.hourMs)).entries()]
  const gross = hours.map(([, members]) => members.reduce((sum, member) => sum + member.chargedMicros, 0n))
  const weights = gross.map((weight, index) => ({ id: String(index).padStart(8, '0'), weight }))
  const fees = splitByWeights(step.feeMicros, weights)
  return hours.map(([hourMs, members], index) => ({
    foldId: id,
    listingId: step.draw.listingId,
    payerId: step.draw.payerId,
    hour: new Date(Number(hourMs)),
    sellerId: step.draw.sellerId,
    planVersionId: step.draw.planVersionId,
    feePpm: step.draw.feePpm,
    currency: step.draw.currency,
    calls: members.reduce((sum, member) => sum + member.group.calls, 0n),
    grossMicros: gross[index] ?? 0n,
    feeMicros: fees[index] ?? 0n,
    netMicros: (gross[index] ?? 0n) - (fees[index] ?? 0n),
    groupId: groupId(id),
  }))
}

function groupId(id: string): string {
  return `fold:${id}`
}
