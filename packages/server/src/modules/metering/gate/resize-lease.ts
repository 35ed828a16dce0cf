import type { Tx } from '../../../kit/db/database.js'
import {
  applyLocked,
  LEASE_CODE,
  type LedgerAccountRow,
  type LedgerAccountSpec,
  type Transfer,
  transferId,
} from '../../commerce/index.js'
import type { LeaseRow } from './queries.js'

/** Transfers that take a wallet lease from its present amount to a new one, and the row that then stands. */
export function resizeLease(
  lease: LeaseRow,
  amountMicros: bigint,
  clearing: LedgerAccountSpec,
  pendingId: string,
): { row: LeaseRow; transfers: Transfer[] } {
  const between = { debitId: lease.subjectId, creditId: clearing.id, code: LEASE_CODE, ref: lease.journalId }
  const transfers: Transfer[] = []
  if (lease.pendingId !== null) {
    transfers.push({
      ...between,
      id: transferId('lease.void', lease.pendingId),
      kind: 'void',
      amountMicros: lease.amountMicros,
      pendingId: lease.pendingId,
    })
  }
  if (amountMicros > 0n) transfers.push({ ...between, id: pendingId, kind: 'pending', amountMicros, pendingId: null })
  return { row: { ...lease, amountMicros, pendingId: amountMicros > 0n ? pendingId : null }, transfers }
}

/** Applies a resize on its own: a refill or a return. */
export async function applyResize(
  tx: Tx,
  transfers: readonly Transfer[],
  at: Date,
  balances: Map<string, LedgerAccountRow>,
): Promise<void> {
  const last = transfers.at(-1)
  if (!last) return
  await applyLocked(tx, { id: transferId('lease', last.id), at, accounts: [], transfers }, balances)
}
