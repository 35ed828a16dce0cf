import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { LedgerAccountSpec } from './chart.js'
import {
  ensureLedgerAccounts,
  findTransfers,
  findUnresolved,
  insertTransfers,
  type LedgerAccountRow,
  lockBalances,
  updateBalances,
} from './queries.js'
import { applyTransfers, isSameTransfer, type Transfer } from './transfer.js'

/** Most transfers in one group: a fold of 40,000 calls of as many buyers stays below. */
export const GROUP_LIMIT = 250_000

export interface TransferGroup {
  readonly id: string
  readonly at: Date
  /** Accounts to create when they do not stand yet. */
  readonly accounts: readonly LedgerAccountSpec[]
  readonly transfers: readonly Transfer[]
}

/** What a group did: `replayed` when every transfer stood already, with the same content. */
export type GroupResult = 'applied' | 'replayed'

/**
 * L4: applies a group wholly, inside the caller's transaction, or throws `TransferRefused` / `TransferConflict` (which must end it).
 * A group that was applied before changes nothing.
 */
export async function applyGroup(tx: Tx, group: TransferGroup): Promise<GroupResult> {
  if (group.transfers.length === 0) return 'replayed'
  if (group.transfers.length > GROUP_LIMIT) throw refuse('TransferRefused', 'The group is too large.')
  await ensureLedgerAccounts(tx, group.accounts, group.at)
  const balances = await lockBalances(
    tx,
    group.transfers.flatMap((transfer) => [transfer.debitId, transfer.creditId]),
  )
  return applyLocked(tx, group, balances)
}

/** The same for a caller that holds the locks on every account named. */
export async function applyLocked(
  tx: Tx,
  group: TransferGroup,
  balances: Map<string, LedgerAccountRow>,
): Promise<GroupResult> {
  if (await isReplay(tx, group.transfers)) return 'replayed'
  const pendingIds = group.transfers.map((transfer) => transfer.pendingId).filter((id): id is string => id !== null)
  const pending = await findUnresolved(tx, pendingIds)
  const before = sumBalances(balances)
  applyTransfers(balances, pending, group.transfers)
  assertBalanced(before, sumBalances(balances))
  await insertTransfers(tx, group.transfers, group)
  await updateBalances(tx, balances)
  return 'applied'
}

async function isReplay(tx: Tx, transfers: readonly Transfer[]): Promise<boolean> {
  const known = await findTransfers(
    tx,
    transfers.map((transfer) => transfer.id),
  )
  if (known.size === 0) return false
  for (const transfer of transfers) {
    const stored = known.get(transfer.id)
    if (!stored || !isSameTransfer(stored, transfer))
      throw refuse('TransferConflict', undefined, { transferId: transfer.id })
  }
  return true
}

interface Sums {
  readonly posted: bigint
  readonly pending: bigint
}

function sumBalances(balances: ReadonlyMap<string, LedgerAccountRow>): Sums {
  let [posted, pending] = [0n, 0n]
  for (const balance of balances.values()) {
    posted += balance.debitsPosted - balance.creditsPosted
    pending += balance.debitsPending - balance.creditsPending
  }
  return { posted, pending }
}

/** I1: whatever a group does, debits and credits move together. */
function assertBalanced(before: Sums, after: Sums): void {
  if (before.posted !== after.posted || before.pending !== after.pending)
    throw new Error('ledger group does not balance')
}
